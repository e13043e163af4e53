#include "simulation/transaction.hpp"

#include <algorithm>

#include "simulation/database_impl.hpp"
#include "simulation/machine.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

// As the product sets them for its sessions, and PostgreSQL by itself.
constexpr Duration kDeadlockTimeout = std::chrono::seconds(1);
constexpr Duration kIdleTimeout = std::chrono::seconds(15);
/// How often a paused process is looked at.
constexpr Duration kGlance = std::chrono::milliseconds(10);
/// One statement in so many is followed by a pause.
constexpr std::int64_t kPausedPermille = 150;

/// Behind those of the same step, which come in the order of their lines.
template <class Row>
void insert_by_step(std::vector<Row>& rows, Row row) {
  if (rows.empty() || rows.back().step <= row.step) {
    rows.push_back(std::move(row));
    return;
  }
  const auto place = std::ranges::upper_bound(rows, row.step, {}, &Row::step);
  rows.insert(place, std::move(row));
}

}  // namespace

Failure lost() {
  return {Failure::Kind::lost, again_later(kUnavailable, "the database connection was lost")};
}

Failure bad_data() {
  return {Failure::Kind::isolate, Problem(kInternal, "the database refused the operation")};
}

Transaction::Transaction(Database::Impl& database, Machine& machine, Sleeper& sleeper, Plan plan)
    : database_(database),
      machine_(&machine),
      sleeper_(&sleeper),
      plan_(plan),
      began_at_(database.schedule.now()) {}

Tables::Storage& Transaction::storage() const { return database_.tables.storage(); }

Duration Transaction::clock() const { return database_.schedule.now(); }

Timestamp Transaction::wall_clock() const { return database_.epoch + began_at_; }

Transaction::Pause Transaction::statement() {
  check();
  if (plan_.until_commit == Duration::zero() || !database_.random.chance(kPausedPermille)) {
    return {};
  }
  const Duration time = plan_.until_commit * database_.random.between(0, 1000) / 1000;
  plan_.until_commit -= time;
  return {pause(time), false};
}

Work Transaction::pause(Duration time) {
  co_await sleeper_->sleep(time);
  check();
  if (machine_->is_paused()) co_await stand_still();
  check();
}

Work Transaction::stand_still() {
  const Duration since = clock();
  while (machine_->is_paused()) {
    co_await sleeper_->sleep(kGlance);
    if (state_ == State::open && clock() - since >= kIdleTimeout) end(false);
  }
}

void Transaction::check() const {
  if (!is_linked_) throw lost();
}

Work Transaction::wait_for(Lock* lock, Wish wish) {
  wish_ = wish;
  awaited_ = lock;
  lock->await(*this);
  const Duration since = clock();
  bool looked_for_circle = lock_timeout_ < kDeadlockTimeout;
  while (awaited_ != nullptr) {
    const Duration start = std::max(since, lock->changed_at());
    const Duration patience = looked_for_circle ? lock_timeout_ : kDeadlockTimeout;
    if (start + patience > clock()) {
      co_await sleeper_->sleep(start + patience - clock());
    } else if (looked_for_circle) {
      lock->leave(*this);
      awaited_ = nullptr;
      throw Failure{
          Failure::Kind::isolate,
          again_later(kRequestInProgress, "another request is at work on the same resource")};
    } else {
      looked_for_circle = true;
      if (is_in_circle()) {
        lock->leave(*this);
        awaited_ = nullptr;
        ++storage().wallets.circles;
        throw Failure{Failure::Kind::rerun,
                      again_later(kUnavailable, "too many conflicts with other requests")};
      }
    }
    check();
  }
  if (machine_->is_paused()) co_await stand_still();
  check();
}

void Transaction::go_on() {
  awaited_ = nullptr;
  if (sleeper_ != nullptr) sleeper_->wake();
}

bool Transaction::is_in_circle() const {
  std::vector<Transaction*> holders;
  std::vector<const Transaction*> seen{this};
  const auto is_new = [&seen](const Transaction* one) {
    if (std::ranges::find(seen, one) != seen.end()) return false;
    seen.push_back(one);
    return true;
  };
  awaited_->add_holders(holders);
  while (!holders.empty()) {
    const Transaction* holder = holders.back();
    holders.pop_back();
    if (!is_new(holder) || holder->awaited_ == nullptr) continue;
    const std::size_t known = holders.size();
    holder->awaited_->add_holders(holders);
    if (std::find(holders.begin() + static_cast<std::ptrdiff_t>(known), holders.end(), this) !=
        holders.end()) {
      return true;
    }
  }
  return false;
}

void Transaction::add_transition(SagaEntry& saga, TransitionRow row) {
  const auto has_step = [&row](const TransitionRow& other) { return other.step == row.step; };
  if (std::ranges::any_of(saga.transitions, has_step)) throw bad_data();
  transitions_.emplace_back(&saga, std::move(row));
}

void Transaction::remove_transitions(SagaEntry& saga) {
  without_history_.push_back(&saga);
  std::erase_if(transitions_, [&saga](const auto& added) { return added.first == &saga; });
}

void Transaction::add_posting(Tables::Key transaction_id, PostingRow row) {
  if (row.posting.amount.minor <= 0 || row.posting.debit_account == row.posting.credit_account) {
    throw bad_data();
  }
  const auto found = storage().postings.find(transaction_id);
  if (found != storage().postings.end()) {
    for (const PostingRow& other : found->second) {
      if (other.step == row.step && other.line == row.line) throw bad_data();
    }
  }
  postings_.emplace_back(transaction_id, std::move(row));
}

void Transaction::add_facts(const Tables::Key& saga, std::int64_t step,
                            const std::vector<outbox::Fact>& facts) {
  std::vector<EventRow> rows;
  for (const outbox::Fact& fact : facts) {
    rows.push_back({.saga_id = saga.second, .step = step, .type = std::string(fact.type)});
  }
  add_fact_rows(saga.first, std::move(rows));
}

void Transaction::add_fact_rows(TenantId tenant, std::vector<EventRow> rows) {
  if (rows.empty()) return;
  FactBatch batch{.id = ++storage().last_batch, .tenant = tenant, .facts = std::move(rows)};
  for (EventRow& fact : batch.facts) fact.batch = batch.id;
  batches_.push_back(batch.id);
  storage().open_batches.insert(batch.id);
  on_commit([&storage = storage(), batch = std::move(batch)] {
    storage.unnumbered.emplace(batch.id, batch);
  });
}

Work Transaction::arrive() {
  const Duration time = std::exchange(plan_.until_commit, Duration::zero());
  co_await pause(time);
}

Work Transaction::finish() {
  co_await pause(plan_.landing + plan_.answering);
  end(false);
  if (plan_.is_lost || plan_.is_undone || plan_.is_unanswered) throw lost();
}

Work Transaction::commit() {
  const Duration time = std::exchange(plan_.until_commit, Duration::zero());
  co_await pause(time);
  if (plan_.is_lost) {
    end(false);
    throw lost();
  }
  plan_.is_unanswered |= std::exchange(database_.lose_next_done, false);
  plan_.is_undone |= std::exchange(database_.lose_next_undone, false);
  state_ = State::committing;
  database_.schedule.after(plan_.landing, [self = shared_from_this()] { self->land(); });
  co_await sleeper_->sleep(plan_.landing + plan_.answering);
  if (machine_->is_paused()) co_await stand_still();
  const bool is_answered = is_linked_ && !plan_.is_undone && !plan_.is_unanswered;
  leave();
  if (!is_answered) {
    throw Failure{
        Failure::Kind::unknown,
        again_later(kOutcomeUnknown, "the database connection was lost during the commit")};
  }
}

void Transaction::land() {
  if (state_ != State::committing) return;
  end(!plan_.is_undone);
}

void Transaction::roll_back() {
  if (state_ == State::open) end(false);
}

void Transaction::abandon() {
  sleeper_ = nullptr;
  machine_ = nullptr;
  if (awaited_ != nullptr) awaited_->leave(*this);
  awaited_ = nullptr;
  if (state_ == State::committed) leave();
  if (state_ != State::open) return;
  const Duration noticed = database_.travel_time();
  database_.schedule.after(noticed, [self = shared_from_this()] { self->roll_back(); });
}

void Transaction::crash() {
  is_linked_ = false;
  if (state_ == State::open) end(false);
  if (state_ == State::committing) end(database_.random.chance(500));
  if (sleeper_ != nullptr) sleeper_->wake();
}

void Transaction::end(bool committed) {
  state_ = committed ? State::committed : State::undone;
  if (awaited_ != nullptr) awaited_->leave(*this);
  awaited_ = nullptr;
  for (Lock* lock : held_) lock->release(*this, committed);
  held_.clear();
  sagas_.clear();
  for (const std::int64_t batch : batches_) storage().open_batches.erase(batch);
  if (committed) {
    for (SagaEntry* saga : without_history_) saga->transitions.clear();
    for (auto& [saga, row] : transitions_) insert_by_step(saga->transitions, std::move(row));
    for (auto& [id, row] : postings_) insert_by_step(storage().postings[id], std::move(row));
    for (const std::function<void()>& change : changes_) change();
  }
  // A client that waits for the answer can still lose it.
  if (!committed || sleeper_ == nullptr) leave();
}

void Transaction::leave() {
  is_linked_ = false;
  if (std::exchange(is_listed_, false)) database_.forget(*this);
}

}  // namespace remit::simulation
