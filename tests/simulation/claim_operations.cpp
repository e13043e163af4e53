// Looking for work and claiming it: engine/look_sql.cpp and engine/claim_sql.cpp again.
#include "remit/engine/claim_operations.hpp"

#include <algorithm>
#include <utility>

#include "remit/engine/claim_shares.hpp"
#include "simulation/saga_operations.hpp"
#include "simulation/tables_storage.hpp"
#include "support/readiness.hpp"

namespace remit::simulation {
namespace {

using engine::Saga;

using DueOrder = std::pair<Duration, std::uint64_t>;

DueOrder order_of(const Transaction& transaction, const SagaEntry& entry) {
  return {*entry.seen_by(transaction)->due_at, entry.number()};
}

bool is_due(const SagaRow& row, const engine::ClaimRequest& request, Duration now,
            Timestamp wall_clock) {
  return row.due_at && *row.due_at <= now - request.overdue &&
         row.saga.plan->kind == request.plan->kind &&
         row.provider.empty() != request.has_provider &&
         test::is_ready(row.saga, request.ready, wall_clock);
}

/// Of one tenant in one bucket.
using Place = std::pair<Bucket, TenantId>;

/// What is due of this transaction's own changes, which nobody else can see yet; the last first.
std::vector<SagaEntry*> own_due(const Transaction& transaction, const engine::ClaimRequest& request,
                                const Place& place) {
  std::vector<SagaEntry*> own;
  for (SagaEntry* entry : transaction.sagas()) {
    const SagaRow* row = entry->seen_by(transaction).get();
    if (row == nullptr || Place(row->saga.bucket, row->saga.tenant) != place) continue;
    if (is_due(*row, request, transaction.began_at(), transaction.wall_clock())) {
      own.push_back(entry);
    }
  }
  std::ranges::sort(own, std::ranges::greater(), [&transaction](const SagaEntry* entry) {
    return order_of(transaction, *entry);
  });
  return own;
}

/// The first of the queue that is due and ready; its end: there is none.
DueSagas::iterator first_ready(const Transaction& transaction, DueSagas& queue,
                               const engine::ClaimRequest& request) {
  const Duration latest = transaction.began_at() - request.overdue;
  for (auto one = queue.begin(); one != queue.end(); ++one) {
    if (std::get<Duration>(*one) > latest) break;
    const SagaRow& row = *std::get<SagaEntry*>(*one)->seen_by(transaction);
    if (test::is_ready(row.saga, request.ready, transaction.wall_clock())) return one;
  }
  return queue.end();
}

/// The next in the order of being due, locked; null: there is none. Rows that others hold are not
/// in the queue.
SagaEntry* next_due(Transaction& transaction, std::vector<SagaEntry*>& own, DueSagas& queue,
                    const engine::ClaimRequest& request) {
  const auto first = first_ready(transaction, queue, request);
  const bool is_queued = first != queue.end();
  if (!own.empty()) {
    const bool own_first = !is_queued || order_of(transaction, *own.back()) <
                                             DueOrder(std::get<0>(*first), std::get<1>(*first));
    if (own_first) {
      SagaEntry* entry = own.back();
      own.pop_back();
      return entry;
    }
  }
  if (!is_queued) return nullptr;
  SagaEntry* entry = std::get<SagaEntry*>(*first);
  static_cast<void>(transaction.has(*entry, Wish::row));
  return entry;
}

Saga claim(Transaction& transaction, SagaEntry& entry, const engine::ClaimRequest& request) {
  auto row = std::make_shared<SagaRow>(*entry.seen_by(transaction));
  ++row->saga.version;
  row->due_at = transaction.began_at() + request.lease;
  row->lease_owner = request.owner;
  Saga claimed = row->saga;
  entry.set(std::move(row));
  return claimed;
}

/// What a claim finds unreadable leaves the queue for a while.
void park_unreadable(Transaction& transaction, SagaEntry& entry, engine::Claimed& claimed) {
  auto row = std::make_shared<SagaRow>(*entry.seen_by(transaction));
  ++row->saga.version;
  row->due_at = transaction.began_at() + engine::kUnreadableRest;
  row->lease_owner.reset();
  if (row->saga.parked_reason != engine::kUnreadable) {
    row->saga.parked_reason = engine::kUnreadable;
    row->saga.updated_at = transaction.wall_clock();
    claimed.unreadable.push_back({row->saga.id, row->saga.unreadable});
  }
  entry.set(std::move(row));
}

/// Without what others hold just now, which the next look sees.
Work look_for_work(Transaction* transaction, Slots<engine::LookForWork> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    const engine::LookRequest& request = slots[i].input;
    engine::WorkSeen seen{.at = transaction->wall_clock(),
                          .epoch = transaction->storage().purge_epoch};
    for (const auto& [place, queues] : transaction->storage().due[request.plan->kind]) {
      const DueSagas& queue = queues[request.has_provider ? 1 : 0];
      if (queue.empty()) continue;
      const Duration due_in = std::get<Duration>(*queue.begin()) - transaction->began_at();
      seen.places.push_back({place.first, place.second, seen.at + due_in});
    }
    slots[i].output = std::move(seen);
  }
}

/// From one place; those whose provider is to be chosen are added to `to_choose`. How many.
std::int64_t take_from(Transaction& transaction, const engine::ClaimRequest& request,
                       const Place& place, std::int64_t limit, engine::Claimed& claimed,
                       std::vector<SagaEntry*>& to_choose) {
  std::vector<SagaEntry*> own = own_due(transaction, request, place);
  DueSagas& queue =
      transaction.storage().due[request.plan->kind][place][request.has_provider ? 1 : 0];
  std::int64_t taken = 0;
  while (taken < limit) {
    SagaEntry* entry = next_due(transaction, own, queue, request);
    if (entry == nullptr) break;
    ++taken;
    if (!entry->seen_by(transaction)->saga.unreadable.empty()) {
      park_unreadable(transaction, *entry, claimed);
    } else if (request.choose && !request.has_provider) {
      to_choose.push_back(entry);
    } else {
      claimed.sagas.push_back(claim(transaction, *entry, request));
    }
  }
  if (taken < limit) claimed.exhausted.emplace_back(place.second, place.first);
  claimed.taken += taken;
  return taken;
}

/// A round of shares.
Work take_round(Transaction* transaction, const engine::ClaimRequest* request,
                const engine::ClaimShares::Counts* round, engine::ClaimShares::Counts* taken,
                engine::Claimed* claimed) {
  std::vector<SagaEntry*> to_choose;
  for (std::size_t i = 0; i < round->size(); ++i) {
    const engine::TenantWork& work = request->work[i];
    for (const engine::QueuePlace& place : work.places) {
      const std::int64_t limit = (*round)[i] - (*taken)[i];
      if (limit == 0) break;
      co_await transaction->statement();
      if (!may_write(*transaction)) co_await wait_to_write(transaction);
      (*taken)[i] += take_from(*transaction, *request, {place.bucket, work.tenant}, limit, *claimed,
                               to_choose);
    }
  }
  if (!to_choose.empty()) co_await transaction->statement();  // which saves the choices
  for (SagaEntry* entry : to_choose) choose(*transaction, *entry, *request, *claimed);
}

Work claim_sagas(Transaction* transaction, Slots<engine::ClaimSagas> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const engine::ClaimRequest& request = slots[i].input;
    co_await transaction->statement();  // for the time
    engine::Claimed claimed{.at = transaction->wall_clock()};
    std::vector<engine::ClaimShares::Want> wants;
    for (const engine::TenantWork& work : request.work) wants.push_back({work.held, work.most});
    engine::ClaimShares shares(request.limit, std::move(wants));
    while (const auto round = shares.next_round()) {
      engine::ClaimShares::Counts taken(round->size());
      co_await take_round(transaction, &request, &*round, &taken, &claimed);
      shares.on_taken(taken);
    }
    slots[i].output = std::move(claimed);
  }
}

}  // namespace

void add_claim_operations(Operations& operations) {
  operations.add<engine::LookForWork, look_for_work>();
  operations.add<engine::ClaimSagas, claim_sagas>();
}

}  // namespace remit::simulation
