#include "remit/quotes/pricing.hpp"

#include <utility>

#include "remit/base/decimal.hpp"

namespace remit::quotes {

FeeSchedule platform_schedule(const std::vector<config::FeeTier>& tiers, Money amount) {
  const std::int64_t major = amount.minor / power_of_ten(minor_digits(amount.currency));
  for (const config::FeeTier& tier : tiers) {
    // Whole major units suffice: the bound is whole, so 99.99 is below 100 exactly when 99 is.
    if (tier.below_major == 0 || major < tier.below_major) return tier.fee;
  }
  return tiers.empty() ? FeeSchedule{} : tiers.back().fee;
}

Result<QuoteFees> fees_of(Money amount, const FeeSchedule& platform, const FeeSchedule& onramp,
                          const FeeSchedule& offramp) {
  QuoteFees fees;
  fees.total.currency = amount.currency;
  for (const auto& [schedule, fee] :
       {std::pair(&platform, &fees.platform), std::pair(&onramp, &fees.onramp),
        std::pair(&offramp, &fees.offramp)}) {
    const Result<Money> part = fee_of(*schedule, amount);
    if (!part) return std::unexpected(part.error());
    const Result<Money> total = add(fees.total, *part);
    if (!total) return std::unexpected(total.error());
    *fee = *part;
    fees.total = *total;
  }
  return fees;
}

Result<Payout> payout_of(Money amount, Money total_fees, Rate rate, Currency to) {
  const Result<Money> net = subtract(amount, total_fees);
  if (!net) return std::unexpected(net.error());
  if (net->minor <= 0) {
    return fail(kAmountTooSmall,
                to_string(amount) + " does not cover the fees of " + to_string(total_fees));
  }
  const Result<Money> guaranteed = convert_floor(*net, rate, to);
  if (!guaranteed) return std::unexpected(guaranteed.error());
  if (guaranteed->minor <= 0) {
    return fail(kAmountTooSmall, to_string(*net) + " after fees is worth less than the least " +
                                     std::string(to_string(to)) + " that can be paid out");
  }
  const Result<Money> cost = cost_of(*guaranteed, rate, amount.currency);
  if (!cost) return std::unexpected(cost.error());
  const Result<Money> rounding = subtract(*net, *cost);
  if (!rounding) return std::unexpected(rounding.error());
  return Payout{*guaranteed, *cost, *rounding};
}

}  // namespace remit::quotes
