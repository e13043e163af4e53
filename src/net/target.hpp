// Request targets and authorities as text (RFC 9112 §3, RFC 3986). Any thread; failure is an empty
// optional.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/net/http.hpp"

namespace remit::net {

/// Case matters: "get" is no method.
[[nodiscard]] std::optional<Method> parse_method(std::string_view text);

struct SplitTarget {
  std::string_view path;
  std::string_view query;  ///< without '?'
};

/// Origin form ("/path?query") and absolute form ("http://host/path?query").
[[nodiscard]] std::optional<SplitTarget> split_target(std::string_view target);

/// Pairs in order, decoded; '+' is a space.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(
    std::string_view query);

/// host [ ":" port ] with a registered name, an IPv4 or a bracketed IPv6 address.
[[nodiscard]] bool is_valid_host(std::string_view text);

}  // namespace remit::net
