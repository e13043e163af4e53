#include "simulation/database.hpp"

#include <algorithm>
#include <utility>

#include "remit/storage/lanes.hpp"
#include "simulation/database_impl.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {

Transaction::Plan Database::Impl::plan() {
  const DatabaseWeather& now = database_.weather;
  const bool stalls = random.chance(now.stalled);
  const Duration whole = stalls ? random.between(now.longest, now.longest_stall)
                                : random.between(now.shortest, now.longest);
  Transaction::Plan plan;
  plan.until_commit = whole * random.between(0, 900) / 1000;
  plan.landing = (whole - plan.until_commit) * random.between(1, 999) / 1000;
  plan.answering = whole - plan.until_commit - plan.landing;
  const std::int64_t luck = random.between(0, 999);
  const std::int64_t undone_from = now.lost_before_commit;
  const std::int64_t done_from = undone_from + now.lost_undone;
  plan.is_lost = luck < undone_from;
  plan.is_undone = luck >= undone_from && luck < done_from;
  plan.is_unanswered = luck >= done_from && luck < done_from + now.lost_done;
  return plan;
}

std::shared_ptr<Transaction> Database::Impl::begin(std::uint64_t session, Machine& machine,
                                                   Sleeper& sleeper) {
  if (session != starts_ || !is_running_) throw lost();
  auto transaction = std::make_shared<Transaction>(*this, machine, sleeper, plan());
  transaction->place_ = open_.size();
  open_.push_back(transaction);
  return transaction;
}

void Database::Impl::forget(const Transaction& transaction) {
  const std::size_t place = transaction.place_;
  open_.back()->place_ = place;
  std::swap(open_[place], open_.back());
  open_.pop_back();
}

bool Database::Impl::somebody_waits() const {
  return std::ranges::any_of(open_, [](const auto& open) { return open->awaited_ != nullptr; });
}

void Database::Impl::stop() {
  is_running_ = false;
  ++starts_;
  const auto open = open_;
  for (const auto& transaction : open) transaction->crash();
}

void Database::Impl::start() { is_running_ = true; }

Database::Database(Schedule& schedule, Random random, Timestamp epoch)
    : impl_(std::make_unique<Impl>(*this, schedule, random, epoch)) {}

Database::~Database() = default;

void Database::stop() { impl_->stop(); }

void Database::start() { impl_->start(); }

void Database::write_slowly(TenantId tenant, const Uuid& resource, Duration time) {
  Tables::Storage& storage = impl_->tables.storage();
  const std::int64_t id = ++storage.last_batch;
  storage.open_batches.insert(id);
  const EventRow fact{.batch = id, .saga_id = resource, .type = std::string(kSlowFact)};
  impl_->schedule.after(time, [&storage, batch = FactBatch{id, tenant, {fact}}] {
    storage.open_batches.erase(batch.id);
    storage.unnumbered.emplace(batch.id, batch);
  });
}

const Tables& Database::committed() const { return impl_->tables; }

}  // namespace remit::simulation
