#include "batch.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "remit/telemetry/log.hpp"

namespace remit::storage {
namespace {

constexpr int kMaxConflicts = 5;
/// Enough to find one command among some thousands; then what is left is refused, since not one
/// statement but the database is slow.
constexpr int kMaxTimeouts = 12;
/// Of the statement timeout, for the parts of a batch that ran into it.
constexpr int kPartOfTimeout = 10;
constexpr std::chrono::milliseconds kShortestTimeout{1};
/// See Plans, and what connection.cpp forbids.
constexpr const char* kWholeTables =
    "; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on";

/// A plan whose result changed its shape; a table, column, type or function that is not there.
bool is_of_schema(const Failure& failure) {
  return failure.has_lost_plan || failure.sql_state.starts_with("42");
}

}  // namespace

void Batch::load(CommandList commands) {
  commands_ = std::move(commands);
  timeouts_ = 0;
  const detail::Command& first = *commands_.front();
  const auto known = std::ranges::find_if(
      groups_, [&](const auto& group) { return group->kind() == first.kind(); });
  if (known != groups_.end()) {
    group_ = known->get();
  } else {
    group_ = groups_.emplace_back(first.make_group()).get();
  }
  for (const auto& command : commands_) group_->add(*command);
  todo_.push_back({.first = 0, .count = commands_.size(), .doubt = {}});
}

bool Batch::run(Connection& connection) {
  connection.allow(group_->traits().limit);
  while (!todo_.empty()) {
    if (!run_next(connection)) return false;
  }
  return true;
}

bool Batch::is_one_statement(const Range& range) const {
  // What a transaction begins with is for it alone.
  if (range.met_a_lock || range.took_too_long || has_own_settings()) return false;
  if (read_only_) return true;
  return group_->traits().one_statement && group_->is_in_one_bucket(range.first, range.count);
}

bool Batch::is_committed_in_part(const Range& range, const Transaction& transaction) const {
  return !read_only_ && is_one_statement(range) && transaction.completed() > 0;
}

bool Batch::run_next(Connection& connection) {
  Range range = todo_.back();
  Transaction transaction(connection);
  FailureContext context;
  try {
    run_transaction(connection, range, transaction, context);
    if (range.doubt) group_->put_in_doubt(range.first, range.count, *range.doubt);
    todo_.pop_back();
    ++counts_.transactions;
    return true;
  } catch (...) {
    context.connection_open = connection.is_open();
    const Failure failure = failure_of_current_exception(context);
    log_refusal(range, failure, transaction);
    if (is_of_schema(failure)) ++counts_.schema_doubts;
    if (is_committed_in_part(range, transaction)) {
      range.doubt = outcome_unknown("the database failed after it had committed");
    }
    resolve(range, failure);
    if (failure.kind == FailureKind::lost || failure.kind == FailureKind::unknown) return false;
  }
  if (is_one_statement(range) || context.committing) return true;
  try {
    connection.run("ROLLBACK");
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

void Batch::run_transaction(Connection& connection, const Range& range, Transaction& transaction,
                            FailureContext& context) {
  if (is_one_statement(range)) {
    context.committing = !read_only_;
    group_->execute(transaction, range.first, range.count);
    return;
  }
  connection.run(begin(range));
  group_->execute(transaction, range.first, range.count);
  // COMMIT of a failed transaction is a rollback that reads as a success.
  if (!transaction.failed_statement().empty()) {
    throw std::logic_error("an operation went on after a failed statement");
  }
  context.committing = !read_only_;
  connection.run("COMMIT");
}

bool Batch::has_own_settings() const {
  const OperationTraits traits = group_->traits();
  return traits.limit.count() > 0 || traits.plans != Plans::by_key;
}

std::string Batch::begin(const Range& range) const {
  const OperationTraits traits = group_->traits();
  std::string sql = "BEGIN";
  if (traits.plans == Plans::whole_tables) sql += kWholeTables;
  if (range.met_a_lock) sql += "; SET LOCAL lock_timeout = '50ms'";
  const bool has_limit = traits.limit.count() > 0;
  if (has_limit || range.took_too_long) {
    auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(
        has_limit ? Duration(traits.limit) : statement_timeout_);
    if (range.took_too_long) limit = std::max(limit / kPartOfTimeout, kShortestTimeout);
    sql += "; SET LOCAL statement_timeout = " + std::to_string(limit.count());
  }
  return sql;
}

void Batch::resolve(Range range, const Failure& failure) {
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
      range.met_a_lock = range.met_a_lock || failure.sql_state == kLockNotAvailable;
      if (failure.sql_state == kStatementTimeout) {
        range.took_too_long = true;
        if (++timeouts_ > kMaxTimeouts) {
          todo_.back() = range;
          refuse_rest(failure.problem);
          return;
        }
      }
      if (range.count > 1) {
        cut_in_halves(range);
        return;
      }
      break;
    case FailureKind::unknown:
      if (is_one_statement(range)) {
        todo_.back().doubt = failure.problem;
        return;  // stays on the stack: the same again tells
      }
      range.doubt = failure.problem;
      break;
    case FailureKind::refuse:
      break;
  }
  todo_.pop_back();
  refuse(range, failure.problem);
}

void Batch::cut_in_halves(const Range& range) {
  Range first = range;
  Range second = range;
  first.conflicts = second.conflicts = 0;
  first.count = range.count / 2;
  second.first += first.count;
  second.count -= first.count;
  todo_.back() = second;
  todo_.push_back(first);
}

void Batch::refuse(const Range& range, const Problem& problem) {
  if (range.doubt) counts_.unknown += static_cast<std::int64_t>(range.count);
  group_->refuse(range.first, range.count, range.doubt.value_or(problem));
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
  telemetry::log(level, "database commands failed",
                 {{"operation", group_->name()},
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
  group_->hand_back();
  return std::exchange(commands_, {});
}

BatchCounts Batch::take_counts() { return std::exchange(counts_, {}); }

}  // namespace remit::storage
