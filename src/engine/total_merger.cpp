#include "remit/engine/total_merger.hpp"

#include "remit/base/jitter.hpp"
#include "remit/engine/total_operations.hpp"
#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::engine {

TotalMerger::TotalMerger(const jobs::Context& context, Parts parts, TotalMergerSettings settings)
    : parts_(parts), settings_(settings), job_(context, "totals", [this] { return turn(); }) {}

Task<jobs::Rest> TotalMerger::turn() {
  const MergeTotals::Input portion{settings_.batch};
  const Result<std::int64_t> merged = co_await parts_.database.run<MergeTotals>(portion);
  if (!merged) {
    telemetry::log(telemetry::Level::warn, "totals could not be merged",
                   {{"code", merged.error().code.name}, {"detail", merged.error().detail}});
  }
  if (merged && *merged >= settings_.batch) co_return settings_.backlog_pause;
  co_return with_jitter(settings_.interval, parts_.ids.next());
}

}  // namespace remit::engine
