// What a conversion agreed on beyond its amount and legs, as its saga carries it to the postings.
//
// Any thread. Amounts in minor units of the saga's currency.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "remit/base/money.hpp"
#include "remit/engine/saga.hpp"

namespace remit::payments {

struct ConversionTerms final : engine::Terms {
  ConversionTerms(Money platform_fee_in, Money rounding_in)
      : platform_fee(platform_fee_in), rounding(rounding_in) {}

  /// {"platform_fee": 1000, "rounding": 3}
  [[nodiscard]] std::string document() const override;

  const Money platform_fee;
  const Money rounding;  ///< what is left over when the payout is a whole number of minor units
};

/// As engine::SagaPlan::read_terms.
[[nodiscard]] std::shared_ptr<const engine::Terms> read_conversion_terms(std::string_view document,
                                                                         Currency currency);

/// Of a conversion that is whole; anything else is a bug (std::bad_cast).
[[nodiscard]] const ConversionTerms& terms_of(const engine::Saga& saga);

}  // namespace remit::payments
