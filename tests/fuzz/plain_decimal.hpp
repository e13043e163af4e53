// A JSON number as a plain reader sees it: its digits and a power of ten, in text alone. Written
// without a look at the product's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace remit::fuzz {

struct PlainDecimal {
  std::string digits;         ///< without zeros in front; empty: the number is zero
  std::int64_t exponent = 0;  ///< within ±10^12
};

/// Of a non-negative number; nothing of any other text.
[[nodiscard]] std::optional<PlainDecimal> plain_decimal(std::string_view text);

/// The number scaled by 10^`scale`, as text: "1990" of 19.90 and 2. Nothing: it is no integer then,
/// or has more than 19 digits.
[[nodiscard]] std::optional<std::string> plain_scaled(const PlainDecimal& number, int scale);

}  // namespace remit::fuzz
