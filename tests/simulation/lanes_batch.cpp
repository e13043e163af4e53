#include "simulation/lanes_batch.hpp"

#include <algorithm>
#include <optional>

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

void LaneBatch::plan() { todo_.push_back({.first = 0, .count = commands_.size(), .doubt = {}}); }

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
    const std::span<Command* const> commands = commands_of(range);
    const Operations::Entry& operation = Operations::all().of(*commands.front());
    for (Command* command : commands) operation.forget_output(*command);
    co_await operation.execute(transaction->get(), commands);
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
  if (failure) resolve(range, *failure);
}

void LaneBatch::resolve(Range range, const Failure& failure) {
  // Whether a single statement was committed is not known when its link is lost; the same again
  // tells.
  const bool may_be_done =
      !read_only_ && !range.met_a_lock && commands_.front()->traits().one_statement;
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
        range.met_a_lock = range.met_a_lock || failure.problem.code == kRequestInProgress;
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
  for (Command* command : commands_of(range)) command->refuse(range.doubt.value_or(problem));
}

void LaneBatch::put_in_doubt(const Range& range) {
  for (Command* command : commands_of(range)) {
    Operations::all().of(*command).put_in_doubt(*command, *range.doubt);
  }
}

void LaneBatch::refuse_rest(const Problem& problem) {
  for (const Range& range : todo_) refuse(range, problem);
  todo_.clear();
}

void LaneBatch::answer() {
  for (Command* command : commands_) machine_.answer(command);
  commands_.clear();
}

}  // namespace remit::simulation
