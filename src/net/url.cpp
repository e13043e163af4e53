#include "remit/net/url.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cstdint>

#include "remit/base/text.hpp"
#include "remit/net/public_address.hpp"

namespace remit::net {
namespace {

template <class View>
std::string text_of(const View& view) {
  return {view.data(), view.size()};
}

/// An address, or a name as it stands in DNS: one with percent-encoded characters is read as
/// another name by some who resolve it, and is no `Host` for others.
bool is_plain_host(const boost::urls::url_view& view) {
  using boost::urls::host_type;
  if (view.host_type() == host_type::ipv4 || view.host_type() == host_type::ipv6) return true;
  if (view.host_type() != host_type::name) return false;
  return std::ranges::all_of(text_of(view.encoded_host()), [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

}  // namespace

std::expected<HttpUrl, std::string> parse_http_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return std::unexpected("is not a URL");
  const boost::urls::url_view& view = *parsed;
  HttpUrl url;
  // Case does not matter in a scheme.
  url.is_https = view.scheme_id() == boost::urls::scheme::https;
  if (!url.is_https && view.scheme_id() != boost::urls::scheme::http) {
    return std::unexpected("must begin with https://");
  }
  if (view.has_userinfo()) return std::unexpected("must have no user and no password");
  if (view.has_fragment()) return std::unexpected("must have no fragment");
  url.host = view.host_address();
  if (url.host.empty()) return std::unexpected("must have a host");
  if (!is_plain_host(view))
    return std::unexpected("must have a host of letters, digits, - . and _");
  // The library takes what follows the digits of a port for a path.
  const std::string path = text_of(view.encoded_path());
  const bool is_cut = !path.empty() && path.front() != '/';
  const bool is_port = parse_number<std::uint16_t>(text_of(view.port())).value_or(0) != 0;
  if (is_cut || (view.has_port() && !is_port)) {
    return std::unexpected("must have a port between 1 and 65535, or none");
  }
  url.origin = url.is_https ? "https://" : "http://";
  url.origin += text_of(view.encoded_host());
  if (view.has_port()) url.origin += ":" + text_of(view.port());
  url.target = path;
  if (url.target.empty()) url.target = "/";
  if (view.has_query()) url.target += "?" + text_of(view.encoded_query());
  return url;
}

bool names_special_address(const HttpUrl& url) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(url.host, error);
  return !error && !is_public(address);
}

}  // namespace remit::net
