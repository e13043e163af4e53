// The base URL of a client, taken apart. Failure is a text for the author of the configuration.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace remit::net {

struct Origin {
  bool is_https = false;
  std::string host;  ///< without brackets
  std::string port;
  std::string host_header;  ///< as it goes into Host: without the scheme's own port
  std::string prefix;  ///< path below which all targets lie; empty or "/api", no slash at its end
};

/// "http://host[:port][/prefix]" or https; no user information, query or fragment.
[[nodiscard]] std::expected<Origin, std::string> parse_origin(std::string_view url);

}  // namespace remit::net
