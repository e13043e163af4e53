// The parts of steps, for the files of the machine. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "remit/engine/saga_machine.hpp"

namespace remit::engine {

[[nodiscard]] Step begin_step(Saga saga, Timestamp now);
/// The step as it is. Throws std::logic_error when it is none that may be saved: its transitions do
/// not lead to its status, it rests and has ended at once, two of its legs are under way, something
/// is given back that did not settle or cannot be, or a posting moves nothing.
[[nodiscard]] Step checked(Step step);

/// min(backoff_max, backoff_min × 2^refusals), jittered.
[[nodiscard]] Duration backoff(const Policy& policy, std::int64_t refusals,
                               std::int64_t jitter_permille);

/// The leg that a step is about, looked up once. There must be one. Lives as long as its step.
class Cursor {
 public:
  explicit Cursor(Step& step)
      : step(step), index(current_leg_index(step.saga)), plan(plan_of_leg(step.saga, index)) {}

  Step& step;
  const std::size_t index;
  const LegPlan& plan;

  [[nodiscard]] Saga& saga() const { return step.saga; }
  /// Valid until a leg is added.
  [[nodiscard]] Leg& leg() const { return step.saga.legs[index]; }
  [[nodiscard]] bool is_compensation() const { return leg().compensates.has_value(); }
  /// No other provider can make it.
  [[nodiscard]] bool is_bound() const { return plan.made_by == MadeBy::same; }
};

/// To another status, with its transition; nothing when the saga has it already.
void move_to(Step& step, std::string_view status, std::string message);
/// To a final status.
void end(Step& step, std::string_view status, std::string message);
/// Parked for this reason while it is retried by itself, less and less often; a leg may also have
/// stopped for it.
[[nodiscard]] bool is_tried_on(std::string_view parked_reason);
/// Nothing happens by itself until a person has looked at it.
void park(Step& step, std::string_view reason);

/// The last settled leg that can be given back and is not yet.
[[nodiscard]] std::optional<std::size_t> leg_to_compensate(const Saga& saga);
/// Adds the leg that gives `original` back.
void add_compensation(Saga& saga, std::size_t original, Uuid operation_id);

/// It goes back to where a provider is chosen for it.
void plan_again(Leg& leg);
/// What was chosen and never sent goes back to where a provider is chosen, at once.
[[nodiscard]] Step put_back(Saga saga, Timestamp now);
/// It goes on resting, somewhere else.
[[nodiscard]] Step rest_on(Saga saga, Duration left, Timestamp now);

// Outcomes of the current leg.
void settle_leg(const Cursor& at, const providers::Outcome& outcome, const StepContext& context);
/// It did not happen and will not.
void fail_leg(const Cursor& at, std::string error, const StepContext& context,
              const Policy& policy);
/// It was accepted and is settling.
void keep_polling(const Cursor& at, const StepContext& context, const Policy& policy);
/// The provider refused it.
void refuse_leg(const Cursor& at, const providers::Outcome& outcome, const StepContext& context,
                const Policy& policy);
/// The provider has it on record with another amount. It may be ours or not: it is neither settled
/// nor made elsewhere, and asked about again when a person says so.
void park_differing(const Cursor& at, const providers::Outcome& outcome);
/// The provider does not know it and cannot still be about to.
void free_unknown_leg(const Cursor& at, const StepContext& context, const Policy& policy);
/// Nothing is under way; it waits for a provider that takes calls.
void rest_for_a_provider(const Cursor& at, const StepContext& context, const Policy& policy);
/// How long an unanswered submission may still take effect; zero or less: not any more.
[[nodiscard]] Duration time_open(const Leg& leg, const StepContext& context);
/// Whether something is known of a submission to the provider that was chosen last.
[[nodiscard]] bool has_attempt(const Leg& leg);
void show_when_overdue(const Cursor& at, const StepContext& context, const Policy& policy);

}  // namespace remit::engine
