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
  for (const auto& command : commands_) order_.push_back(command.get());
  todo_.push_back({.first = 0, .count = order_.size(), .doubt = {}});
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
    const auto commands = std::span(order_).subspan(range.first, range.count);
    for (Command* command : commands) command->forget_result();
    const Command::Execute execute = commands.front()->kind();
    co_await execute(transaction->get(), commands);
    if (read_only_) {
      co_await (*transaction)->finish();
    } else {
      co_await (*transaction)->commit();
    }
    if (range.doubt) put_in_doubt(range);
    todo_.pop_back();
  } catch (const Failure& caught) {
    failure = caught;
  }
  if (transaction) transaction->end();
  if (failure) settle(range, *failure);
}

void LaneBatch::settle(Range range, const Failure& failure) {
  // Whether a single statement was committed is not known when its link is lost; the same again
  // tells.
  const bool may_be_done = !read_only_ && !range.met_a_lock && order_.front()->is_one_statement();
  switch (failure.kind) {
    case Failure::Kind::lost:
      is_linked_ = false;
      if (may_be_done) {
        todo_.back().doubt =
            again_later(kOutcomeUnknown, "the database connection was lost during the commit");
      }
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
        todo_.back() = {range.first + half, range.count - half, 0, range.met_a_lock, range.doubt};
        todo_.push_back({range.first, half, 0, range.met_a_lock, range.doubt});
        return;
      }
      break;
    case Failure::Kind::unknown:
      is_linked_ = false;
      if (may_be_done) {
        todo_.back().doubt = failure.problem;
        return;  // stays to be done
      }
      range.doubt = failure.problem;
      break;
  }
  todo_.pop_back();
  refuse(range, failure.problem);
}

void LaneBatch::refuse(const Range& range, const Problem& problem) {
  for (Command* command : std::span(order_).subspan(range.first, range.count)) {
    command->refuse(range.doubt.value_or(problem));
  }
}

void LaneBatch::put_in_doubt(const Range& range) {
  for (Command* command : std::span(order_).subspan(range.first, range.count)) {
    command->put_in_doubt(*range.doubt);
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
