// Double entry: a posting moves an amount of one currency from the credited account to the debited
// one, so a set of postings is balanced by construction.
//
// Pure; any thread. Amounts are minor units, above zero.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remit/base/money.hpp"

namespace remit::ledger {

struct Posting {
  std::string kind;  ///< intake, platform_fee, onramp, payout …
  std::string debit_account;
  std::string credit_account;
  Money amount;

  friend bool operator==(const Posting&, const Posting&) = default;
};

/// The same movements reversed, kinds marked "_reversed": what a compensation posts.
[[nodiscard]] std::vector<Posting> mirror(const std::vector<Posting>& postings);

// The chart of accounts. Each exists once per tenant and currency, by being posted to.
inline constexpr std::string_view kSourceFunds = "source_funds";  ///< payers, outside
inline constexpr std::string_view kPayoutFunds = "payout_funds";  ///< payees, outside
inline constexpr std::string_view kClearing = "clearing";         ///< in flight; empty at the end
inline constexpr std::string_view kExchange = "exchange";         ///< currencies sold and bought
inline constexpr std::string_view kRounding = "rounding";         ///< remainders of floored payouts
inline constexpr std::string_view kPlatformFees = "fees:platform";  ///< our income
/// "fees:onramp:swift"
[[nodiscard]] std::string provider_fees(std::string_view kind, std::string_view provider);
/// "processor:default": what a processor holds for the tenant
[[nodiscard]] std::string processor_account(std::string_view provider);

}  // namespace remit::ledger
