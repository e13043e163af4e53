#include "remit/net/url.hpp"

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
  if (view.has_port() && parse_number<std::uint16_t>(text_of(view.port())).value_or(0) == 0) {
    return std::unexpected("must have a port between 1 and 65535, or none");
  }
  url.origin = url.is_https ? "https://" : "http://";
  url.origin += text_of(view.encoded_host());
  if (view.has_port()) url.origin += ":" + text_of(view.port());
  url.target = text_of(view.encoded_path());
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
