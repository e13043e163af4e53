// One transaction at the simulated server, as its client sees it: statements, locks, the commit.
//
// Of the server: it outlives a client that dies. Used by one lane's coroutine; everything that
// waits throws `Failure` when the transaction is over before its time. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/outbox/fact.hpp"
#include "simulation/database.hpp"
#include "simulation/database_lock.hpp"
#include "simulation/database_work.hpp"
#include "simulation/tables.hpp"

namespace remit::simulation {

class Machine;
class SagaEntry;

/// What storage/failure.hpp makes of the exceptions of the real thing.
struct Failure {
  enum class Kind : std::uint8_t { rerun, isolate, lost, unknown };
  Kind kind = Kind::isolate;
  Problem problem;
};

/// The link to the server broke, nothing was done.
[[nodiscard]] Failure lost();
/// A constraint that does not hold, or a key that is there already.
[[nodiscard]] Failure bad_data();

class Transaction : public std::enable_shared_from_this<Transaction> {
 public:
  struct Plan {
    Duration until_commit{0};  ///< of the client's time, spread over its statements
    Duration landing{0};       ///< from there until it is committed
    Duration answering{0};     ///< from there until the client knows
    bool is_lost = false;      ///< before the commit
    bool is_undone = false;    ///< during it, as if it had not been sent
    bool is_unanswered = false;
  };

  Transaction(Database::Impl& database, Machine& machine, Sleeper& sleeper, Plan plan);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() = default;

  [[nodiscard]] Tables::Storage& storage() const;
  /// now() in SQL.
  [[nodiscard]] Duration began_at() const { return began_at_; }
  /// clock_timestamp() in SQL.
  [[nodiscard]] Duration clock() const;
  /// now(), as a date.
  [[nodiscard]] Timestamp wall_clock() const;

  /// Before each statement: time may pass.
  struct Pause {
    Work work;
    bool is_none = true;
    [[nodiscard]] bool await_ready() const noexcept { return is_none; }
    [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const {
      return work.await_suspend(waiting);
    }
    void await_resume() const {
      if (!is_none) work.await_resume();
    }
  };
  [[nodiscard]] Pause statement();

  [[nodiscard]] bool has(Lock& lock, Wish wish) { return lock.try_take(*this, wish); }
  /// Until it is had, or there is nothing to wait for any more: ask `has` again, or look.
  [[nodiscard]] Work wait_for(Lock* lock, Wish wish);

  void add_transition(SagaEntry& saga, TransitionRow row);
  void remove_transitions(SagaEntry& saga);
  void add_posting(Tables::Key transaction_id, PostingRow row);
  void add_facts(const Tables::Key& saga, std::int64_t step,
                 const std::vector<outbox::Fact>& facts);
  void add_fact_rows(TenantId tenant, std::vector<EventRow> rows);
  /// When it is committed, all at once.
  void on_commit(std::function<void()> change) { changes_.push_back(std::move(change)); }
  /// What this transaction has added itself.
  [[nodiscard]] const auto& new_postings() const { return postings_; }
  /// The sagas that it holds.
  [[nodiscard]] const std::vector<SagaEntry*>& sagas() const { return sagas_; }

  void set_lock_timeout(Duration timeout) { lock_timeout_ = timeout; }

  [[nodiscard]] Work commit();
  /// Begin and end of what only reads.
  [[nodiscard]] Work arrive();
  [[nodiscard]] Work finish();
  void roll_back();
  /// The client is gone: rolled back when the server notices, or committed, if that was sent.
  void abandon();
  /// The server stops at once.
  void crash();

  // Of the locks.
  void holds(Lock& lock) { held_.push_back(&lock); }
  void holds_saga(SagaEntry& saga) { sagas_.push_back(&saga); }
  [[nodiscard]] Wish wish() const { return wish_; }
  void go_on();

 private:
  friend class Database::Impl;
  enum class State : std::uint8_t { open, committing, committed, undone };

  [[nodiscard]] Work pause(Duration time);
  /// While the client's process is paused; the server ends transactions that idle too long.
  [[nodiscard]] Work stand_still();
  /// Throws when the transaction has ended meanwhile.
  void check() const;
  void land();
  void end(bool committed);
  void leave();
  [[nodiscard]] bool is_in_circle() const;

  Database::Impl& database_;
  Machine* machine_;  ///< null: the client is gone
  Sleeper* sleeper_;  ///< where it waits
  Plan plan_;
  Duration began_at_;
  Duration lock_timeout_{2'000'000};
  State state_ = State::open;
  bool is_linked_ = true;  ///< the client can still be told
  bool is_listed_ = true;  ///< with the database, at
  std::size_t place_ = 0;
  Lock* awaited_ = nullptr;
  Wish wish_ = Wish::row;
  std::vector<Lock*> held_;
  std::vector<SagaEntry*> sagas_;
  std::vector<SagaEntry*> without_history_;
  std::vector<std::pair<SagaEntry*, TransitionRow>> transitions_;
  std::vector<std::pair<Tables::Key, PostingRow>> postings_;
  std::vector<std::int64_t> batches_;  ///< of facts
  std::vector<std::function<void()>> changes_;
};

}  // namespace remit::simulation
