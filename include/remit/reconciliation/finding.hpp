// A mismatch that reconciliation found, with what was expected and what was done about it
// (docs/operations.md, "Reconciliation"). Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::reconciliation {

inline constexpr ProblemCode kFindingNotFound{"FINDING_NOT_FOUND", 404, "There is no such finding"};

// Its kinds.
inline constexpr std::string_view kWalletBalance = "wallet_balance";  ///< against its entries
inline constexpr std::string_view kWalletReserved =
    "wallet_reserved";  ///< against what it has sent
inline constexpr std::string_view kNotScheduled = "transaction_not_scheduled";
inline constexpr std::string_view kScheduledInVain = "transaction_scheduled_in_vain";
inline constexpr std::string_view kTrialBalance = "trial_balance";

struct Finding {
  Uuid id = {};
  std::string kind = {};
  std::string resource = {};  ///< "/wallets/alice"
  std::string expected = {};  ///< JSON, like `found`
  std::string found = {};
  std::string done = {};  ///< empty: nothing, it is left to a person
  Timestamp found_at = {};
  Timestamp last_seen_at = {};
  std::optional<Timestamp> resolved_at = std::nullopt;
};

[[nodiscard]] std::string finding_json(const Finding& finding);

}  // namespace remit::reconciliation
