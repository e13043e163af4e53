// Decides what happens next to a saga, as pure functions: state and observation in, step out.
//
// No clock, socket or database: instants, randomness and fresh ids are given. The owner of a saga
// (the runner) asks `next_action`, does it, turns what it saw into a `Step`, persists the step, and
// only then acts on it. The exactly-once rule lives here: a leg leaves its provider only when the
// provider refused it, or says it does not know it at a time when no unanswered submission can
// still be under way. What a provider has on record with another amount waits for a person.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/engine/saga.hpp"
#include "remit/routing/cost_deadline_policy.hpp"

namespace remit::engine {

inline constexpr ProblemCode kNotCancelable{"NOT_CANCELABLE", 409, "It can no longer be cancelled"};
inline constexpr ProblemCode kNotRetryable{"NOT_RETRYABLE", 409, "It cannot be retried"};
inline constexpr ProblemCode kNotCompensable{"NOT_COMPENSABLE", 409,
                                             "There is nothing to compensate"};

/// Reasons in `Saga::parked_reason`.
inline constexpr std::string_view kSettlementOverdue = "SETTLEMENT_OVERDUE";
inline constexpr std::string_view kRefusedTooOften = "REFUSED_TOO_OFTEN";
inline constexpr std::string_view kCompensationFailed = "COMPENSATION_FAILED";
inline constexpr std::string_view kCompensationAwaited = "COMPENSATION_AWAITED";
inline constexpr std::string_view kUnreadable = "UNREADABLE";
inline constexpr std::string_view kAmountDiffers = "AMOUNT_DIFFERS";

/// How patient the engine is: with settlements, refusals and providers that are away. From
/// `[engine]` and `[charge]` of the configuration.
struct Policy {
  Duration poll_interval = std::chrono::seconds(30);
  Duration settlement_deadline = std::chrono::hours(2);
  Duration backoff_min = std::chrono::milliseconds(200);
  Duration backoff_max = std::chrono::seconds(60);
  std::int64_t max_attempts = 8;
  /// With the price of what is priced at its choice.
  routing::CostDeadlinePolicy cost_deadline = {};
};

/// The circumstances of one observation.
struct StepContext {
  Timestamp now;
  /// By how much `now` may be ahead of the truth.
  Duration uncertainty{0};
  /// How long after now an unanswered submission may still take effect at the leg's provider.
  Duration late_effect_window = std::chrono::seconds(20);
  /// The same for the provider that this step gives the leg.
  Duration chosen_window{0};
  std::int64_t jitter_permille = 1000;  ///< 750 … 1250
  Uuid fresh_id;                        ///< for a leg that this step may add
};

/// `settle`: a leg that we make ourselves.
enum class Action : std::uint8_t { stop, choose, submit, query, settle };

[[nodiscard]] Action next_action(const Saga& saga);

struct Transition {
  std::string from;
  std::string to;
  std::string message;
};

/// The first transition of a saga whose history followed from its row until now.
struct EarlierTransition {
  Transition transition;
  Timestamp at;
};

struct Step {
  Saga saga;  ///< after the step; `version` is still the one it was made from
  /// Each from the status that the one before led to.
  std::vector<Transition> transitions = {};
  std::vector<ledger::Posting> postings = {};
  /// Empty: the owner keeps the lease and goes on at once. Set: the saga rests that long.
  std::optional<Duration> rest = std::nullopt;
  /// Nothing is left to do by itself.
  bool ended = false;
  /// Set when the saga leaves the usual way: it is written down before what this step adds.
  std::optional<EarlierTransition> catches_up = std::nullopt;
  /// When the leg was sent whose sending is the history that follows; the epoch: none does.
  Timestamp usual_since{};
  /// The saga's parked_reason before the step.
  std::string was_parked = {};
};

/// A saga that was claimed: a submission found under way was begun by an owner whose lease has
/// ended, so its outcome is unknown.
[[nodiscard]] Saga take_over(Saga saga, const StepContext& context);

/// A provider was chosen for the current leg, or none could be. `fee` is what the chosen one takes.
[[nodiscard]] Step on_chosen(Saga saga, const routing::Choice& choice, std::optional<Money> fee,
                             const StepContext& context, const Policy& policy);

[[nodiscard]] Step on_submitted(Saga saga, const providers::Outcome& outcome,
                                const StepContext& context, const Policy& policy);

[[nodiscard]] Step on_queried(Saga saga, const providers::Outcome& outcome,
                              const StepContext& context, const Policy& policy);

/// The current leg, which is made by ourselves, is written down.
[[nodiscard]] Step on_settled_here(Saga saga, const StepContext& context);

/// Both as one, to be saved together: `next` was made from the saga as `first` leaves it.
[[nodiscard]] Step append(Step first, Step next);

/// Whether a step leaves the saga as it was, but for how often its provider has been asked: it may
/// rest without being saved, since nothing but a count is lost with it.
[[nodiscard]] bool only_counts(const Saga& before, const Step& step);

/// Allowed while nothing has been submitted to a provider.
[[nodiscard]] Result<Step> cancel(Saga saga, Timestamp now);

/// Allowed when failed with nothing given back, or parked: goes on at the first leg that is not
/// done. `fresh_id` becomes the operation id of a repeated leg, where its plan asks for one.
[[nodiscard]] Result<Step> retry(Saga saga, Uuid fresh_id, Timestamp now);

/// Allowed when something has settled that can be given back, nothing is under way, and it is not
/// being given back already. `fresh_id` becomes the operation id of the leg that this adds.
[[nodiscard]] Result<Step> compensate(Saga saga, Uuid fresh_id, Timestamp now);

}  // namespace remit::engine
