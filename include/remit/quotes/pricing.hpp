// The arithmetic of a quote, pure and exact: fees, payout, what the payout costs.
//
// Fails with kAmountTooSmall when the fees are not covered or nothing would be paid out, and with
// kAmountOutOfRange when a product does not fit. Any thread.
#pragma once

#include <vector>

#include "remit/base/money.hpp"
#include "remit/config/config.hpp"
#include "remit/quotes/quote.hpp"

namespace remit::quotes {

/// The tier that holds the amount, by its major units.
[[nodiscard]] FeeSchedule platform_schedule(const std::vector<config::FeeTier>& tiers,
                                            Money amount);

/// Each part rounded half-up to the minor unit.
[[nodiscard]] Result<QuoteFees> fees_of(Money amount, const FeeSchedule& platform,
                                        const FeeSchedule& onramp, const FeeSchedule& offramp);

struct Payout {
  Money guaranteed;
  Money source_cost;
  Money rounding;
};

/// guaranteed = floor((amount − total_fees) × rate).
[[nodiscard]] Result<Payout> payout_of(Money amount, Money total_fees, Rate rate, Currency to);

}  // namespace remit::quotes
