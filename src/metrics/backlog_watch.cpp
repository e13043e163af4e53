#include "remit/metrics/backlog_watch.hpp"

#include <utility>

#include "remit/telemetry/log.hpp"

namespace remit::metrics {

using telemetry::Level;

BacklogWatch::BacklogWatch(const jobs::Context& context, storage::Database& database,
                           std::vector<std::string> kinds, BacklogWatchSettings settings)
    : clock_(context.clock),
      database_(database),
      kinds_(std::move(kinds)),
      settings_(settings),
      job_(context, "backlog watch", [this] { return turn(); }) {}

Task<jobs::Rest> BacklogWatch::turn() {
  engine::MeasureBacklog::Input question{kinds_};
  Result<std::vector<engine::Backlog>> answer =
      co_await database_.run<engine::MeasureBacklog>(std::move(question));
  const bool was_failing = std::exchange(is_failing_, !answer);
  if (answer) {
    measured_ = *std::move(answer);
    measured_at_ = clock_.monotonic();
  } else if (!was_failing && !job_.is_stopping()) {
    telemetry::log(Level::warn, "backlog could not be measured",
                   {{"code", answer.error().code.name}, {"detail", answer.error().detail}});
  }
  co_return settings_.interval;
}

std::vector<engine::Backlog> BacklogWatch::latest() const {
  if (clock_.monotonic() - measured_at_ > settings_.valid_for) return {};
  return measured_;
}

}  // namespace remit::metrics
