#include "remit/engine/commands.hpp"

#include <utility>

#include "remit/engine/saga_machine.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::engine {
namespace {

/// How often a command is tried again when the engine moved the saga in between.
constexpr int kMaxAttempts = 5;

Result<Step> step_of(Command command, Saga saga, Uuid fresh_id, Timestamp now) {
  switch (command) {
    case Command::cancel:
      return cancel(std::move(saga), now);
    case Command::retry:
      return retry(std::move(saga), fresh_id, now);
    case Command::compensate:
      break;
  }
  return compensate(std::move(saga), fresh_id, now);
}

}  // namespace

Task<Result<void>> Commands::carry_out(Command command, Load load) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    Result<Saga> saga = co_await load();
    if (!saga) co_return fail(saga.error());
    const bool is_done = command == Command::cancel && saga->status == kCancelled;
    if (is_done) co_return Result<void>();
    const Bucket bucket = saga->bucket;
    const TenantId tenant = saga->tenant;
    const Timestamp now = parts_.clock.now();
    const Uuid fresh_id = parts_.ids.next();
    Result<Step> step = step_of(command, std::move(*saga), fresh_id, now);
    if (!step) co_return fail(step.error());
    SaveRequest request{.step = std::move(*step), .lease = {}};
    const Result<Saved> saved = co_await parts_.database.run<SaveStep>(std::move(request));
    if (!saved) co_return fail(saved.error());
    if (*saved == Saved::fenced) continue;
    if (command != Command::cancel) {
      for (Admission* admission : parts_.admissions) admission->wake(bucket, tenant);
    }
    co_return Result<void>();
  }
  co_return fail(kUnavailable, "it changes too quickly; try again");
}

}  // namespace remit::engine
