// Exact decimals as text and as scaled integers. No floating point, anywhere.
//
// Grammar: digits, optionally '.' and digits, optionally an exponent (JSON numbers without a sign).
// Used for amounts in major units, rates and percentages.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace remit {

/// The error of `parse_decimal` for a number that does not fit.
inline constexpr std::string_view kTooLarge = "is too large";

/// Reads `text` as an integer scaled by 10^`scale`. Fails when it is not a plain non-negative JSON
/// number, has more than `scale` significant fraction digits, or does not fit 63 bits. The error
/// says which, and may be shown to a client.
[[nodiscard]] std::expected<std::int64_t, std::string> parse_decimal(std::string_view text,
                                                                     int scale);

/// The same, but digits beyond `scale` fraction digits are cut off.
[[nodiscard]] std::expected<std::int64_t, std::string> parse_decimal_cut(std::string_view text,
                                                                         int scale);

/// The scaled integer with exactly `scale` fraction digits: (1990, 2) is "19.90", (150, 0) is
/// "150".
[[nodiscard]] std::string print_decimal(std::int64_t scaled, int scale);

/// The same without trailing zeros: (92050000, 8) is "0.9205", (100000000, 8) is "1".
[[nodiscard]] std::string print_decimal_shortest(std::int64_t scaled, int scale);

/// 10^`exponent` for 0 … 18.
[[nodiscard]] std::int64_t power_of_ten(int exponent);

}  // namespace remit
