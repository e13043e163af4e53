#include "simulation/lanes_batch.hpp"

#include <algorithm>
#include <optional>

#include "remit/storage/lanes.hpp"
#include "simulation/database_impl.hpp"

namespace remit::simulation {
namespace {

constexpr int kMaxConflicts = 5;
constexpr Duration kShortLockTimeout = std::chrono::milliseconds(50);

/// The client's end: when its process dies, the server is left to notice.
class OpenTransaction {
 public:
  explicit OpenTransaction(std::shared_ptr<Transaction> transaction)
      : transaction_(std::move(transaction)) {}
  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  ~OpenTransaction() {
    if (transaction_) transaction_->abandon();
  }
  Transaction* operator->() const { return transaction_.get(); }
  [[nodiscard]] Transaction* get() const { return transaction_.get(); }
  void end() {
    transaction_->roll_back();
    transaction_.reset();
  }

 private:
  std::shared_ptr<Transaction> transaction_;
};

}  // namespace

void LaneBatch::plan() {
  order_.clear();
  std::vector<Command::Execute> kinds;
  for (const auto& command : commands_) {
    if (std::ranges::find(kinds, command->kind()) == kinds.end()) kinds.push_back(command->kind());
  }
  for (const Command::Execute kind : kinds) {
    const std::size_t first = order_.size();
    for (const auto& command : commands_) {
      if (command->kind() == kind) order_.push_back(command.get());
    }
    // Nothing holds readers together, so each operation is on its own.
    if (read_only_) todo_.push_back({.first = first, .count = order_.size() - first});
  }
  std::ranges::reverse(todo_);
  if (!read_only_) todo_.push_back({.first = 0, .count = order_.size()});
}

Work LaneBatch::run(std::uint64_t session) {
  is_linked_ = true;
  while (!todo_.empty() && is_linked_) {
    const Range range = todo_.back();
    co_await run_transaction(range, session);
  }
}

Work LaneBatch::run_transaction(Range range, std::uint64_t session) {
  std::optional<OpenTransaction> transaction;
  std::optional<Failure> failure;
  try {
    transaction.emplace(database_.begin(session, machine_, sleeper_));
    if (range.met_a_lock) (*transaction)->set_lock_timeout(kShortLockTimeout);
    if (read_only_) co_await (*transaction)->arrive();
    co_await execute(range, transaction->get());
    if (read_only_) {
      co_await (*transaction)->finish();
    } else {
      co_await (*transaction)->commit();
    }
    todo_.pop_back();
  } catch (const Failure& caught) {
    failure = caught;
  }
  if (transaction) transaction->end();
  if (failure) settle(range, *failure);
}

Work LaneBatch::execute(Range range, Transaction* transaction) {
  std::size_t first = range.first;
  const std::size_t end = range.first + range.count;
  while (first < end) {
    const Command::Execute execute_these = order_[first]->kind();
    std::size_t last = first;
    while (last < end && order_[last]->kind() == execute_these) order_[last++]->forget_result();
    co_await execute_these(transaction, std::span(order_).subspan(first, last - first));
    first = last;
  }
}

void LaneBatch::settle(Range range, const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::lost:
      is_linked_ = false;
      return;  // stays to be done
    case Failure::Kind::rerun:
      if (++range.conflicts <= kMaxConflicts) {
        todo_.back() = range;
        return;
      }
      break;
    case Failure::Kind::isolate:
      if (range.count > 1) {
        range.met_a_lock = range.met_a_lock || failure.problem.code == storage::kLockTimeout;
        const std::size_t half = range.count / 2;
        todo_.back() = {range.first + half, range.count - half, 0, range.met_a_lock};
        todo_.push_back({range.first, half, 0, range.met_a_lock});
        return;
      }
      break;
    case Failure::Kind::unknown:
      is_linked_ = false;
      break;
  }
  todo_.pop_back();
  refuse(range, failure.problem);
}

void LaneBatch::refuse(Range range, const Problem& problem) {
  for (Command* command : std::span(order_).subspan(range.first, range.count)) {
    command->refuse(problem);
  }
}

void LaneBatch::refuse_rest(const Problem& problem) {
  for (const Range& range : todo_) refuse(range, problem);
  todo_.clear();
}

void LaneBatch::answer() {
  for (const auto& command : commands_) command->answer();
  commands_.clear();
}

}  // namespace remit::simulation
