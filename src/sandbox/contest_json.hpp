// What the processors of the public contest read more leniently than we do: names of members in any
// case, amounts with more digits than cents have, times without a zone. Pure, any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/net/json.hpp"

namespace remit::sandbox {

/// The same object with the members in question spelt as in `names`; of two spellings the exact one
/// counts. What is no object stays as it is.
[[nodiscard]] net::JsonValue spelt_as(const net::JsonValue& body,
                                      std::initializer_list<std::string_view> names);

/// Hundredths, rounded half to even: "77.8299999" is 7783. No exponents.
[[nodiscard]] std::expected<std::int64_t, std::string> parse_cents(std::string_view text);

/// UTC where no zone is given.
[[nodiscard]] std::expected<Timestamp, std::string> parse_contest_time(
    std::string_view text, Rounding rounding = Rounding::down);

}  // namespace remit::sandbox
