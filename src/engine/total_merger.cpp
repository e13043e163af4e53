#include "remit/engine/total_merger.hpp"

#include "remit/telemetry/log.hpp"

namespace remit::engine {

TotalMerger::TotalMerger(Parts parts, TotalMergerSettings settings)
    : parts_(parts), settings_(settings), alarm_(parts.alarms.make_alarm()) {}

Task<void> TotalMerger::run(std::shared_ptr<TotalMerger> merger) {
  while (!merger->stopping_) {
    const Duration rest = co_await merger->turn();
    if (merger->stopping_) break;
    co_await merger->alarm_->wait(rest);
  }
}

void TotalMerger::stop() {
  stopping_ = true;
  alarm_->ring();
}

Task<Duration> TotalMerger::turn() {
  const Result<std::int64_t> merged = co_await parts_.store.merge(settings_.batch);
  if (!merged) {
    telemetry::log(telemetry::Level::warn, "totals could not be merged",
                   {{"code", merged.error().code.name}, {"detail", merged.error().detail}});
  }
  if (merged && *merged >= settings_.batch) co_return settings_.backlog_pause;
  const Uuid chance = parts_.ids.next();
  const std::int64_t permille = 750 + (chance.bytes()[0] * 256 + chance.bytes()[1]) % 501;
  co_return settings_.interval* permille / 1000;
}

}  // namespace remit::engine
