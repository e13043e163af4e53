// Small functions on characters, shared by the JSON, URL and header code. Any thread; nothing here
// fails other than by its return value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/text.hpp"

namespace remit::net {

[[nodiscard]] bool is_utf8(std::string_view text);

/// Code points of valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// Undoes percent-encoding. Nothing when an escape is malformed, or the result holds NUL or is not
/// UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text,
                                                        bool plus_is_space = false);

/// RFC 9110 token characters, at least one.
[[nodiscard]] bool is_token(std::string_view text);

/// No control characters but tab: what may stand in a header's value without ending it.
[[nodiscard]] bool is_header_value(std::string_view text);

/// A line of a head: "name: value".
void append_field(std::string& out, std::string_view name, std::string_view value);

[[nodiscard]] std::string_view trim(std::string_view text);

}  // namespace remit::net
