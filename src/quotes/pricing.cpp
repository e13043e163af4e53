#include "remit/quotes/pricing.hpp"

#include "remit/base/decimal.hpp"

namespace remit::quotes {
namespace {

Result<Money> sum_of(Money a, Money b, Money c) {
  const Result<Money> two = add(a, b);
  if (!two) return two;
  return add(*two, c);
}

}  // namespace

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
  const Result<Money> platform_fee = fee_of(platform, amount);
  if (!platform_fee) return std::unexpected(platform_fee.error());
  const Result<Money> onramp_fee = fee_of(onramp, amount);
  if (!onramp_fee) return std::unexpected(onramp_fee.error());
  const Result<Money> offramp_fee = fee_of(offramp, amount);
  if (!offramp_fee) return std::unexpected(offramp_fee.error());
  const Result<Money> total = sum_of(*platform_fee, *onramp_fee, *offramp_fee);
  if (!total) return std::unexpected(total.error());
  return QuoteFees{*platform_fee, *onramp_fee, *offramp_fee, *total};
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
