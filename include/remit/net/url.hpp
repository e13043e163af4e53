// An http or https URL that a client of ours has chosen to be called under, taken apart. Pure; any
// thread; the error says what is wrong with it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace remit::net {

struct HttpUrl {
  bool is_https = false;
  std::string host;    ///< a name, or an address without brackets
  std::string origin;  ///< "https://host[:port]": the base URL of a Client
  std::string target;  ///< path and query: the target of a Call
};

/// No user information and no fragment: they would be sent nowhere.
[[nodiscard]] std::expected<HttpUrl, std::string> parse_http_url(std::string_view text);

/// Whether the host is an address, and not a public one; a name is not looked up.
[[nodiscard]] bool names_special_address(const HttpUrl& url);

}  // namespace remit::net
