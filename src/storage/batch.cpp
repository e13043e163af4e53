#include "batch.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <stdexcept>
#include <utility>

#include "remit/storage/lanes.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::storage {
namespace {

constexpr int kMaxConflicts = 5;

}  // namespace

void Batch::load(CommandList commands) {
  commands_ = std::move(commands);
  for (detail::Command* command = commands_.front(); command != nullptr; command = command->next) {
    group_of(*command).add(*command);
  }
  plan();
}

detail::Group& Batch::group_of(const detail::Command& command) {
  const auto is_kind = [&](const auto& group) { return group->kind() == command.kind(); };
  const auto known = std::ranges::find_if(groups_, is_kind);
  if (known != groups_.end()) return **known;
  const auto idle = std::ranges::find_if(idle_groups_, is_kind);
  if (idle != idle_groups_.end()) {
    groups_.push_back(std::move(*idle));
    idle_groups_.erase(idle);
  } else {
    groups_.push_back(command.make_group());
  }
  return *groups_.back();
}

void Batch::plan() {
  if (!read_only_) {
    todo_.push_back({.first = 0, .count = commands_.size()});
    return;
  }
  // Nothing holds readers together, so each operation is on its own.
  std::size_t end = commands_.size();
  for (const auto& group : std::views::reverse(groups_)) {
    end -= group->size();
    todo_.push_back({.first = end, .count = group->size()});
  }
}

bool Batch::run(Connection& connection) {
  while (!todo_.empty()) {
    if (!run_next(connection)) return false;
  }
  return true;
}

bool Batch::run_next(Connection& connection) {
  const Range range = todo_.back();
  Transaction transaction(connection);
  FailureContext context;
  try {
    run_transaction(connection, range, transaction, context);
    todo_.pop_back();
    ++counts_.transactions;
    return true;
  } catch (...) {
    context.connection_open = connection.is_open();
    const Failure failure = failure_of_current_exception(context);
    log_refusal(range, failure, transaction);
    settle(range, failure);
    if (failure.kind == FailureKind::lost || failure.kind == FailureKind::unknown) return false;
  }
  if (read_only_ || context.committing) return true;
  try {
    connection.run("ROLLBACK");
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

void Batch::run_transaction(Connection& connection, const Range& range, Transaction& transaction,
                            FailureContext& context) {
  if (read_only_) {
    execute(range, transaction);
    return;
  }
  connection.run(range.met_a_lock ? "BEGIN; SET LOCAL lock_timeout = '50ms'" : "BEGIN");
  execute(range, transaction);
  // COMMIT of a failed transaction is a rollback that reads as a success.
  if (!transaction.failed_statement().empty()) {
    throw std::logic_error("an operation went on after a failed statement");
  }
  context.committing = true;
  connection.run("COMMIT");
}

template <class Visit>
void Batch::visit(const Range& range, Visit visit) const {
  std::size_t begin = 0;
  for (const auto& group : groups_) {
    const std::size_t end = begin + group->size();
    const std::size_t first = std::max(range.first, begin);
    const std::size_t last = std::min(range.first + range.count, end);
    if (first < last) visit(*group, first - begin, last - first);
    begin = end;
  }
}

void Batch::execute(const Range& range, Transaction& transaction) {
  visit(range, [&](detail::Group& group, std::size_t first, std::size_t count) {
    group.execute(transaction, first, count);
  });
}

void Batch::settle(Range range, const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::lost:
      return;  // stays on the stack
    case FailureKind::rerun:
      if (++range.conflicts <= kMaxConflicts) {
        ++counts_.reruns;
        todo_.back() = range;
        return;
      }
      break;
    case FailureKind::isolate:
      if (range.count > 1) {
        range.met_a_lock = range.met_a_lock || failure.problem.code == kLockTimeout;
        const std::size_t half = range.count / 2;
        todo_.back() = {range.first + half, range.count - half, 0, range.met_a_lock};
        todo_.push_back({range.first, half, 0, range.met_a_lock});
        return;
      }
      break;
    case FailureKind::unknown:
      counts_.unknown += static_cast<std::int64_t>(range.count);
      break;
    case FailureKind::refuse:
      break;
  }
  todo_.pop_back();
  refuse(range, failure.problem);
}

void Batch::refuse(const Range& range, const Problem& problem) {
  visit(range, [&](detail::Group& group, std::size_t first, std::size_t count) {
    group.refuse(first, count, problem);
  });
}

void Batch::log_refusal(const Range& range, const Failure& failure,
                        const Transaction& transaction) const {
  using telemetry::Level;
  const bool is_defect =
      failure.kind == FailureKind::isolate && range.count == 1 && failure.problem.code == kInternal;
  const Level level = is_defect ? Level::error
                      : failure.kind == FailureKind::isolate || failure.kind == FailureKind::rerun
                          ? Level::debug
                          : Level::warn;
  if (!telemetry::is_logged(level)) return;
  std::string operations;
  visit(range, [&](detail::Group& group, std::size_t, std::size_t) {
    operations += (operations.empty() ? "" : ",") + std::string(group.name());
  });
  telemetry::log(level, "database commands failed",
                 {{"operations", operations},
                  {"commands", range.count},
                  {"statement", transaction.failed_statement()},
                  {"sql_state", failure.sql_state},
                  {"reason", failure.reason}});
}

void Batch::refuse_rest(const Problem& problem) {
  for (const Range& range : todo_) refuse(range, problem);
  todo_.clear();
}

CommandList Batch::hand_back() {
  for (auto& group : groups_) group->hand_back();
  std::ranges::move(groups_, std::back_inserter(idle_groups_));
  groups_.clear();
  return std::move(commands_);
}

BatchCounts Batch::take_counts() { return std::exchange(counts_, {}); }

}  // namespace remit::storage
