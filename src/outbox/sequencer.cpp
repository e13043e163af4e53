#include "remit/outbox/sequencer.hpp"

#include <utility>

#include "remit/base/jitter.hpp"
#include "remit/outbox/event_operations.hpp"
#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::outbox {
namespace {

constexpr Duration kAfterFailure = std::chrono::seconds(1);

void log_failure(std::string_view what, const Problem& problem) {
  telemetry::log(telemetry::Level::warn, what,
                 {{"code", problem.code.name}, {"detail", problem.detail}});
}

}  // namespace

Sequencer::Sequencer(const jobs::Context& context, Parts parts, SequencerSettings settings)
    : parts_(parts),
      settings_(settings),
      owner_(parts.ids.next()),
      job_(context, "sequencer", [this] { return turn(); }) {}

Task<jobs::Rest> Sequencer::turn() {
  const LookForFacts::Input look{.owner = owner_, .renew_before = settings_.lease / 2};
  const auto seen = co_await parts_.database.run<LookForFacts>(look);
  if (!seen) {
    log_failure("events wait for their numbers", seen.error());
    co_return kAfterFailure;
  }
  oldest_unnumbered_ = seen->oldest.value_or(Duration{0});
  if (seen->is_anothers) {
    has_turn_ = false;
    co_return with_jitter(settings_.standby_pause, parts_.ids.next());
  }
  if (!seen->oldest && !seen->is_ending && has_turn_) co_return settings_.idle_pause;
  const std::optional<Duration> rest = co_await number();
  co_return rest.value_or(kAfterFailure);
}

Task<std::optional<Duration>> Sequencer::number() {
  const NumberFacts::Input input{
      .owner = owner_, .lease = settings_.lease, .limit = settings_.batch};
  const auto given = co_await parts_.database.run<NumberFacts>(input);
  if (!given) {
    log_failure("events wait for their numbers", given.error());
    co_return std::nullopt;
  }
  has_turn_ = given->is_ours;
  if (!has_turn_) co_return settings_.standby_pause;
  numbered_ += given->facts;
  if (on_numbered_ && !given->last.empty()) on_numbered_(given->last);
  if (given->batches >= settings_.batch) co_return Duration{0};
  co_await keep_partitions();
  co_return given->batches > 0 ? settings_.busy_pause : settings_.idle_pause;
}

Task<void> Sequencer::keep_partitions() {
  const Duration now = parts_.clock.monotonic();
  if (now < next_keep_) co_return;
  next_keep_ = now + settings_.keep_interval;
  const KeepEvents::Input input{.keep = settings_.keep};
  const auto removed = co_await parts_.database.run<KeepEvents>(input);
  if (!removed) {
    log_failure("old events could not be removed", removed.error());
  } else if (*removed > 0) {
    telemetry::log(telemetry::Level::info, "old events removed", {{"partitions", *removed}});
  }
}

Task<void> Sequencer::leave() {
  if (!std::exchange(has_turn_, false)) co_return;
  const LeaveTurn::Input input{.owner = owner_};
  const Result<void> left = co_await parts_.database.run<LeaveTurn>(input);
  if (!left) log_failure("the turn to number events is left to its end", left.error());
}

}  // namespace remit::outbox
