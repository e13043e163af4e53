#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

#include "contract/backend.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/payments/payment_machine.hpp"
#include "simulation/database_impl.hpp"
#include "simulation/machine.hpp"
#include "simulation/simulated_database.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::contract {
namespace {

using namespace simulation;

constexpr Timestamp kEpoch{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};

struct Instance {
  Instance(Schedule& schedule, Database& server)
      : machine(schedule, kEpoch), database(machine, server) {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() { machine.kill(); }

  Machine machine;
  SimulatedDatabase database;
};

class SimulatedOutsider final : public Outsider {
 public:
  SimulatedOutsider(Backend& backend, Schedule& schedule, Database& database)
      : backend_(backend),
        machine_(schedule, kEpoch),
        sleeper_(schedule),
        transaction_(database.impl().begin(database.impl().session(), machine_, sleeper_)) {}
  ~SimulatedOutsider() override { transaction_->roll_back(); }

  void change_saga(Uuid id) override {
    SagaEntry& entry = saga_entry(id);
    take(storage().saga_table, Wish::write);
    take(entry, Wish::row);
    raise_version(entry);
  }
  void change_saga_at_last(Uuid id) override {
    SagaEntry& entry = saga_entry(id);
    run(take_at_last(&entry));
    raise_version(entry);
  }
  void add_transition(Uuid id, std::int64_t step) override {
    transaction_->add_transition(saga_entry(id), {.step = step,
                                                  .from = "PENDING",
                                                  .to = "PROCESSING",
                                                  .message = "sent",
                                                  .at = Timestamp{}});
  }
  void insert_key(const idempotency::Claim& claim, const idempotency::Answer& answer) override {
    auto& entry = storage().keys[idempotency::name_of(claim)];
    take(entry, Wish::key);
    entry.set(std::make_shared<const KeyRow>(KeyRow{claim.fingerprint, answer}));
  }
  void insert_charge(const payments::ChargeRequest& request) override {
    SagaEntry& entry = storage().saga_entry({request.tenant, request.correlation_id});
    take(storage().saga_table, Wish::write);
    take(entry, Wish::key);
    auto row = std::make_shared<SagaRow>(engine::Saga(request.tenant));
    row->saga.bucket = request.tenant.bucket_of(request.correlation_id);
    row->saga.id = request.correlation_id;
    row->saga.plan = &payments::charge_plan();
    row->saga.version = engine::initial_version(storage().purge_epoch);
    row->saga.amount = request.amount;
    row->saga.created_at = request.now;
    row->saga.updated_at = request.now;
    row->saga.legs = row->saga.plan->initial_legs(row->saga);
    row->saga.is_traced = false;
    row->due_at = transaction_->began_at();
    entry.set(std::move(row));
  }
  void spoil_legs(Uuid id) override { mark_legs(id, "of a newer version"); }
  void mend_legs(Uuid id) override { mark_legs(id, ""); }
  void use_quote(Uuid id, Uuid payment_id) override {
    Entry<quotes::Quote>& entry = of_id(storage().quotes, id);
    take(entry, Wish::row);
    auto quote = std::make_shared<quotes::Quote>(*entry.seen_by(*transaction_));
    quote->payment_id = payment_id;
    entry.set(std::move(quote));
  }
  void claim_health(const routing::HealthSlot& slot) override {
    auto& entry = storage().health[{slot.kind, slot.name}];
    take(entry, Wish::row);
    auto row = std::make_shared<HealthRow>(*entry.seen_by(*transaction_));
    row->next_check_at = transaction_->began_at() + std::chrono::hours(1);
    entry.set(std::move(row));
  }
  void commit() override { run(transaction_->commit()); }

 private:
  Tables::Storage& storage() { return transaction_->storage(); }
  /// Whosever it is.
  template <class Table>
  static typename Table::mapped_type& of_id(Table& table, Uuid id) {
    const auto found =
        std::ranges::find_if(table, [&id](const auto& row) { return row.first.second == id; });
    if (found == table.end()) throw std::logic_error("there is nothing of that id");
    return found->second;
  }
  SagaEntry& saga_entry(Uuid id) { return of_id(storage().sagas, id); }
  void take(Lock& lock, Wish wish) {
    if (!transaction_->has(lock, wish)) throw std::logic_error("the outsider came too late");
  }
  Work take_at_last(Lock* lock) {
    while (!transaction_->has(*lock, Wish::row)) {
      co_await transaction_->wait_for(lock, Wish::row);
    }
  }
  void mark_legs(Uuid id, const std::string& unreadable) {
    SagaEntry& entry = saga_entry(id);
    take(storage().saga_table, Wish::write);
    take(entry, Wish::row);
    auto row = std::make_shared<SagaRow>(*entry.seen_by(*transaction_));
    row->saga.unreadable = unreadable;
    entry.set(std::move(row));
  }
  void raise_version(SagaEntry& entry) {
    auto row = std::make_shared<SagaRow>(*entry.seen_by(*transaction_));
    ++row->saga.version;
    entry.set(std::move(row));
  }
  void run(Work work) {
    bool done = false;
    const Work life = do_and_tell(std::move(work), &done);
    life.start();
    backend_.run_until([&done] { return done; });
  }
  static Work do_and_tell(Work work, bool* done) {
    co_await work;
    *done = true;
  }

  Backend& backend_;
  Machine machine_;
  Sleeper sleeper_;
  std::shared_ptr<Transaction> transaction_;
};

class SimulatedBackend final : public Backend {
 public:
  storage::Database& instance(int index) override { return start(index).database; }
  void spawn(int index, Task<void> task) override {
    start(index).machine.spawn(std::move(task));
    run_ready();
  }
  void step() override {
    schedule_.run_next(schedule_.now() + std::chrono::milliseconds(1));
    run_ready();
  }
  void pass(Duration time) override {
    const Duration end = schedule_.now() + time;
    while (schedule_.run_next(end)) run_ready();
  }

  std::unique_ptr<Outsider> outsider() override {
    return std::make_unique<SimulatedOutsider>(*this, schedule_, database_);
  }
  bool somebody_waits() override { return database_.impl().somebody_waits(); }

  void lose_commit(CommitLoss loss) override {
    (loss == CommitLoss::done ? database_.impl().lose_next_done
                              : database_.impl().lose_next_undone) = true;
  }
  void stop_database() override { database_.stop(); }
  void start_database() override { database_.start(); }

  std::optional<Lease> lease(Uuid saga) override {
    std::optional<Lease> lease;
    tables().each_saga([&](const SagaRow& row) {
      if (row.saga.id != saga) return;
      lease = {.version = row.saga.version, .owner = row.lease_owner, .due_after = {}};
      if (row.due_at) lease->due_after = *row.due_at - schedule_.now();
    });
    return lease;
  }
  std::vector<std::string> postings(Uuid transaction) override {
    std::vector<std::string> lines;
    tables().each_movement([&](const Tables::Key& key, std::span<const PostingRow> rows) {
      if (key.second != transaction) return;
      for (const PostingRow& row : rows) lines.push_back(line_of(row));
    });
    return lines;
  }
  std::int64_t ledger_distance() override {
    std::map<std::pair<std::string, Currency>, std::int64_t> balances;
    tables().each_movement([&](const Tables::Key&, std::span<const PostingRow> rows) {
      for (const PostingRow& row : rows) {
        const Money amount = row.posting.amount;
        balances[{row.posting.debit_account, amount.currency}] += amount.minor;
        balances[{row.posting.credit_account, amount.currency}] -= amount.minor;
      }
    });
    std::int64_t distance = 0;
    for (const auto& [account, balance] : balances) distance += std::abs(balance);
    return distance;
  }
  Counts counts() override {
    Counts counts;
    tables().each_saga([&counts](const SagaRow&) { ++counts.sagas; });
    tables().each_conversion([&counts](const Tables::Key&, const payments::ConversionDetails&) {
      ++counts.conversions;
    });
    tables().each_quote([&counts](TenantId, const quotes::Quote& quote) {
      if (quote.payment_id) ++counts.used_quotes;
    });
    tables().each_key([&counts](TenantId, const std::string&, const KeyRow&) { ++counts.keys; });
    return counts;
  }

 protected:
  void begin_wait() override { deadline_ = schedule_.now() + std::chrono::minutes(1); }
  [[nodiscard]] bool is_overdue() const override { return schedule_.now() >= deadline_; }

 private:
  static std::string line_of(const PostingRow& row) {
    const ledger::Posting& posting = row.posting;
    return std::to_string(row.line) + " " + posting.kind + " " + posting.debit_account + " " +
           posting.credit_account + " " + std::to_string(posting.amount.minor) + " " +
           std::string(to_string(posting.amount.currency));
  }
  Instance& start(int index) {
    auto& place = instances_.at(static_cast<std::size_t>(index));
    if (!place) place.emplace(schedule_, database_);
    return *place;
  }
  void run_ready() {
    for (auto& instance : instances_) {
      if (instance) instance->machine.run_ready();
    }
  }
  [[nodiscard]] const Tables& tables() const { return database_.committed(); }

  Schedule schedule_;
  Database database_{schedule_, Random(7), kEpoch};
  std::array<std::optional<Instance>, 3> instances_;
  Duration deadline_{0};
};

}  // namespace

std::unique_ptr<Backend> make_simulated_backend(Server) {
  return std::make_unique<SimulatedBackend>();
}

}  // namespace remit::contract
