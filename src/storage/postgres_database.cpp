#include "remit/storage/postgres_database.hpp"

#include <utility>

namespace remit::storage {

PostgresDatabase::PostgresDatabase(const Executor& loop, Settings settings)
    : lanes_{Lanes(loop, std::move(settings.write)), Lanes(loop, std::move(settings.read)),
             Lanes(loop, std::move(settings.list)), Lanes(loop, std::move(settings.ready)),
             Lanes(loop, std::move(settings.upkeep))} {}

void PostgresDatabase::submit(std::unique_ptr<detail::Command> command) {
  Lanes& lanes_of_kind = lanes(command->traits().lanes);
  lanes_of_kind.submit(std::move(command));
}

void PostgresDatabase::refuse(const Problem& problem) {
  for (const LaneKind kind : {LaneKind::write, LaneKind::read, LaneKind::list, LaneKind::upkeep}) {
    lanes(kind).refuse(problem);
  }
}

Task<bool> PostgresDatabase::close(const Clock* clock, Duration deadline) {
  bool are_closed = true;
  for (Lanes& lanes : lanes_) {
    const Duration left = left_until(*clock, deadline);
    const bool is_closed = co_await lanes.close(left);
    are_closed = are_closed && is_closed;
  }
  co_return are_closed;
}

}  // namespace remit::storage
