#include "checks.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <optional>

#include "remit/base/key_list.hpp"
#include "remit/base/text.hpp"
#include "remit/base/time.hpp"

namespace remit::config {
namespace {

constexpr std::size_t kMaxNameLength = 64;
constexpr std::string_view kListenForm =
    "must be an IP address with a port, such as 127.0.0.1:9999 or [::1]:9999, or unix: with an "
    "absolute path";

bool is_port(std::string_view text) { return parse_number<std::uint16_t>(text).has_value(); }

struct Endpoint {
  boost::asio::ip::address address;
  std::uint16_t port = 0;
};

/// Of "127.0.0.1:9999" or "[::1]:9999"; nothing of anything else.
std::optional<Endpoint> endpoint_of(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return std::nullopt;
  std::string host(text.substr(0, colon));
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error || address.is_v6() != bracketed) return std::nullopt;
  return Endpoint{address, *port};
}

/// [::] takes IPv4, too.
bool covers(const boost::asio::ip::address& all, const boost::asio::ip::address& other) {
  return all.is_unspecified() && (all.is_v6() || other.is_v4());
}

/// Parsed here, since the library treats ports out of range differently in each version.
bool has_possible_port(const boost::urls::url_view& url) {
  const std::string port(url.port());
  return !url.has_port() || (is_port(port) && port != "0");
}

bool is_web_scheme(const boost::urls::url_view& url) {
  return url.scheme_id() == boost::urls::scheme::http ||
         url.scheme_id() == boost::urls::scheme::https;
}

}  // namespace

std::string check_time_of_day(std::string_view text) {
  if (text.empty()) return {};
  const auto parsed = parse_time_of_day(text);
  return parsed ? std::string() : parsed.error();
}

std::string check_not_empty(std::string_view text) {
  return text.empty() ? "must not be empty" : "";
}

std::string check_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (text.empty()) return "must not be empty";
  if (text.size() <= kMaxNameLength && std::ranges::all_of(text, is_allowed)) return "";
  return "must be at most 64 letters, digits, '-', '_' and '.'";
}

std::string check_header_value(std::string_view text) {
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
  return visible ? "" : "must be visible ASCII characters without spaces";
}

std::string check_key_list(std::string_view text) {
  const auto keys = parse_key_list(text);
  return keys ? std::string() : keys.error();
}

std::string check_listen_address(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  // The path has to fit sockaddr_un.
  if (text.starts_with(kUnix)) {
    const std::string_view path = text.substr(kUnix.size());
    if (path.size() > 107) return "the path of a unix socket has at most 107 bytes";
    return path.starts_with('/') && !path.ends_with('/') ? "" : std::string(kListenForm);
  }
  return endpoint_of(text) ? "" : std::string(kListenForm);
}

std::string check_optional_listen_address(std::string_view text) {
  return text.empty() ? "" : check_listen_address(text);
}

std::string check_provider_url(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || !is_web_scheme(*url) || url->host().empty()) {
    return "must be a URL with http or https and a host";
  }
  if (!has_possible_port(*url)) return "has a port that does not exist";
  if (url->has_userinfo()) return "must not hold a user or password";
  if (url->has_query() || url->has_fragment()) return "must not have a query or a fragment";
  return "";
}

std::string check_origin(std::string_view text) {
  if (text == "*") return "";
  const auto url = boost::urls::parse_uri(text);
  const bool is_origin = url && is_web_scheme(*url) && !url->host().empty() &&
                         has_possible_port(*url) && url->encoded_path().empty() &&
                         !url->has_userinfo() && !url->has_query() && !url->has_fragment();
  return is_origin ? "" : "must be * or an origin, such as https://console.example.com";
}

bool listen_addresses_collide(std::string_view a, std::string_view b) {
  const auto one = endpoint_of(a);
  const auto other = endpoint_of(b);
  if (!one || !other) return a == b;
  if (one->port != other->port || one->port == 0) return false;
  return one->address == other->address || covers(one->address, other->address) ||
         covers(other->address, one->address);
}

bool is_open_to_the_network(std::string_view listen) {
  const auto endpoint = endpoint_of(listen);
  return endpoint && !endpoint->address.is_loopback();
}

}  // namespace remit::config
