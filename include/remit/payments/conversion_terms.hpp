// What a conversion agreed on beyond its amount and legs, as its saga carries it to the postings.
//
// Any thread. Amounts in minor units of the saga's currency.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "remit/base/money.hpp"
#include "remit/engine/saga.hpp"

namespace remit::payments {

struct ConversionTerms final : engine::Terms {
  ConversionTerms(Money platform_fee_in, Money rounding_in, std::string shown_in)
      : platform_fee(platform_fee_in), rounding(rounding_in), shown(std::move(shown_in)) {}

  /// {"platform_fee": 1000, "rounding": 3, "shown": "…"}
  [[nodiscard]] std::string document() const override;
  [[nodiscard]] std::size_t bytes() const override { return sizeof(*this) + shown.capacity(); }

  const Money platform_fee;
  const Money rounding;  ///< what is left over when the payout is a whole number of minor units
  /// What GET shows of it that never changes, as members of a JSON object: for its events, which
  /// are written where the conversion's own row is not read.
  const std::string shown;
};

/// As engine::SagaPlan::read_terms.
[[nodiscard]] std::shared_ptr<const engine::Terms> read_conversion_terms(std::string_view document,
                                                                         Currency currency);

/// Of a conversion that is whole; anything else is a bug (std::bad_cast).
[[nodiscard]] const ConversionTerms& terms_of(const engine::Saga& saga);

}  // namespace remit::payments
