// Checks of a setting's text. Pure, never fail: each returns what is wrong, or an empty text.
#pragma once

#include <string>
#include <string_view>

namespace remit::config {

[[nodiscard]] std::string check_not_empty(std::string_view text);
/// "17:00:00", or empty.
[[nodiscard]] std::string check_time_of_day(std::string_view text);
/// Text that is valid in a path, a metric's label and a table's key.
[[nodiscard]] std::string check_name(std::string_view text);
[[nodiscard]] std::string check_header_value(std::string_view text);
/// As parse_key_list has them (remit/base/key_list.hpp), or none.
[[nodiscard]] std::string check_key_list(std::string_view text);
/// An IP address with a port, or "unix:" with an absolute path.
[[nodiscard]] std::string check_listen_address(std::string_view text);
[[nodiscard]] std::string check_optional_listen_address(std::string_view text);
[[nodiscard]] std::string check_provider_url(std::string_view text);
/// "*" or what a browser sends as Origin.
[[nodiscard]] std::string check_origin(std::string_view text);

/// Whether one that listens on the first leaves no room for the second: they are the same, or one
/// of them is all addresses of the machine. A port that the system chooses is always another one.
[[nodiscard]] bool listen_addresses_collide(std::string_view a, std::string_view b);
/// Whether programs of other machines can reach it; of an address that passed its check.
[[nodiscard]] bool is_open_to_the_network(std::string_view listen);

}  // namespace remit::config
