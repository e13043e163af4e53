// The choice among providers as a pure function: what is known of each in, one name and the reasons
// out.
//
// A provider may be chosen when it has not refused the operation, its circuit lets a call through,
// its last health report does not say failing, it has room, it did not fail the operation just
// now, and it is not too slow while another is in time. Among those the cheapest for the amount
// wins, then `default` before `fallback`, then the order given. When one that may not be chosen
// would have been cheaper, the payment may wait for it (cost_deadline_policy.hpp). Any thread;
// nothing fails.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/provider_kind.hpp"
#include "remit/base/time.hpp"
#include "remit/routing/cost_deadline_policy.hpp"

namespace remit::routing {

/// One provider's place in a decision: `verdict` is "chosen" or why it was passed over
/// ("circuit_open", "reported_failing", "at_capacity", "failed_last", "excluded", "dearer",
/// "too_slow": over the budget, or its answer would come after the payment is due, "not_yet": it is
/// more expensive, and a cheaper one is waited for).
struct Reason {
  std::string provider;
  std::string verdict;
  std::optional<std::int64_t> cost_minor;

  friend bool operator==(const Reason&, const Reason&) = default;
};

struct Choice {
  std::optional<std::string> provider;
  /// The chosen one first, then those with the same or a higher cost, then those that were passed
  /// over.
  std::vector<Reason> reasons;
  /// When none was chosen: the time until the next attempt.
  Duration retry_after{0};
  /// None was chosen although one was available: the payment waits for a cheaper one.
  bool waits = false;
};

/// What is known of one provider at the moment of the decision.
struct Candidate {
  std::string name;
  ProviderRole role = ProviderRole::default_;
  FeeSchedule fee;
  bool circuit_allows = true;
  Duration time_to_half_open{0};
  bool reported_failing = false;
  bool has_room = true;
  Duration timeout{0};
  /// How long an unanswered call may take, as far as is known: ProviderBook::longest_latency.
  Duration longest_latency{0};
  /// What a call usually takes now.
  Duration usual_latency{0};
};

/// What a choice depends on besides the providers.
struct ChoiceRequest {
  Money amount;
  /// Providers that refused the operation for good.
  std::vector<std::string> excluded = {};
  /// The one that failed it last: left out once, if possible.
  std::string avoid = {};
  CostDeadlinePolicy cost_deadline = {};
  Timestamp created{};  ///< this and `now` count only for the policy
  Timestamp now{};
};

/// Time until the next attempt when it is unknown when a provider will be back.
inline constexpr Duration kRetryDelay = std::chrono::milliseconds(200);

[[nodiscard]] Choice choose_provider(const std::vector<Candidate>& candidates,
                                     const ChoiceRequest& request);

/// Payments of these amounts, in minor units, can be given to a provider from that age on.
struct Choosable {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Duration from_age{0};

  /// Every queued payment can be given to a provider now.
  [[nodiscard]] bool is_everything() const;
  friend bool operator==(const Choosable&, const Choosable&) = default;
};

/// Which payments in the currency of `request.amount` can be given to a provider now, for all
/// amounts; empty: none, since no provider takes calls. It never leaves one out that
/// `choose_provider` would choose for; where two providers cost nearly the same (by a minor unit)
/// it may name some for which `choose_provider` still waits.
[[nodiscard]] std::vector<Choosable> choosable(const std::vector<Candidate>& candidates,
                                               const ChoiceRequest& request);

}  // namespace remit::routing
