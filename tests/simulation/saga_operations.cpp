#include "simulation/saga_operations.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/engine/saga_facts.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/engine/total_operations.hpp"
#include "simulation/saga_insertion.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

using engine::NewSaga;
using engine::Saga;
using engine::Saved;

/// A step as its row and what is stored beside it.
struct StoredStep {
  Tables::Key key;
  std::int64_t version = 0;  ///< that the step was made from
  std::shared_ptr<SagaRow> row;
  std::optional<Duration> due_after;
  bool keeps_lease = false;
  std::vector<engine::Transition> transitions;
  std::vector<ledger::Posting> postings;
  std::vector<outbox::Fact> facts;
};

SagaEntry* find_entry(const Transaction& transaction, const Tables::Key& key) {
  auto& sagas = transaction.storage().sagas;
  const auto found = sagas.find(key);
  return found == sagas.end() ? nullptr : &found->second;
}

/// WHERE … AND version = …, of what the transaction sees.
bool is_at(const Transaction& transaction, const SagaEntry& entry, std::int64_t version) {
  const SagaRow* row = entry.seen_by(transaction).get();
  return row != nullptr && row->saga.version == version;
}

void save(Transaction& transaction, SagaEntry& entry, const StoredStep& input) {
  const SagaRow& before = *entry.seen_by(transaction);
  SagaRow& row = *input.row;
  Saga& saga = row.saga;
  saga.version = before.saga.version + 1;
  saga.amount = before.saga.amount;
  saga.terms = before.saga.terms;
  saga.created_at = before.saga.created_at;
  saga.request_id = before.saga.request_id;
  saga.traceparent = before.saga.traceparent;
  row.due_at.reset();
  if (input.due_after) row.due_at = transaction.began_at() + *input.due_after;
  row.lease_owner = input.keeps_lease ? before.lease_owner : std::nullopt;
  entry.set(input.row);
}

/// Of the first transition. Where it follows from the row, the row says when.
Timestamp time_of(const Saga& saga, const engine::Transition& moved) {
  const bool follows = !saga.is_traced && moved.from == engine::kPending;
  return follows ? saga.legs.front().requested_at : saga.updated_at;
}

/// All that is shown is stored here, also what the product takes from the row.
void add_traces(Transaction& transaction, SagaEntry& entry, const StoredStep& input) {
  const std::int64_t step = input.version + 1;
  const Timestamp at = input.row->saga.updated_at;
  int line = 0;
  for (const engine::Transition& moved : input.transitions) {
    transaction.add_transition(entry, {.step = step,
                                       .line = line++,
                                       .from = moved.from,
                                       .to = moved.to,
                                       .message = moved.message,
                                       .at = time_of(input.row->saga, moved)});
  }
  transaction.add_facts(input.key, step, input.facts);
  line = 0;
  for (const ledger::Posting& posting : input.postings) {
    transaction.add_posting(input.key,
                            {.step = step, .line = ++line, .posting = posting, .posted_at = at});
  }
}

StoredStep stored_step(engine::Step step, Duration lease) {
  const engine::StepColumns columns = engine::columns_after(step, lease);
  std::string provider(columns.provider);
  std::vector<outbox::Fact> facts = engine::facts_of(step);
  StoredStep input{.key = {step.saga.tenant, step.saga.id},
                   .version = step.saga.version,
                   .row = std::make_shared<SagaRow>(std::move(step.saga)),
                   .due_after = columns.due_after,
                   .keeps_lease = columns.keeps_lease,
                   .transitions = std::move(step.transitions),
                   .postings = std::move(step.postings),
                   .facts = std::move(facts)};
  input.row->provider = std::move(provider);
  input.row->submitted_at = columns.submitted_at;
  input.row->saga.error_message = sanitize_utf8(input.row->saga.error_message);
  for (engine::Transition& moved : input.transitions) {
    moved.message = sanitize_utf8(moved.message);
  }
  return input;
}

}  // namespace

bool may_write(Transaction& transaction) {
  return transaction.has(transaction.storage().saga_table, Wish::write);
}

Work wait_to_write(Transaction* transaction) {
  TableLock& table = transaction->storage().saga_table;
  while (!may_write(*transaction)) co_await transaction->wait_for(&table, Wish::write);
}

void choose(Transaction& transaction, SagaEntry& entry, const engine::ClaimRequest& request,
            engine::Claimed& claimed) {
  engine::Step step = request.choose(entry.seen_by(transaction)->saga, *claimed.at);
  const bool goes_on = !step.rest && !step.ended;
  const StoredStep input = stored_step(std::move(step), request.lease);
  save(transaction, entry, input);
  if (input.keeps_lease) {
    auto row = std::make_shared<SagaRow>(*entry.seen_by(transaction));
    row->lease_owner = request.owner;
    entry.set(std::move(row));
  }
  add_traces(transaction, entry, input);
  if (goes_on) claimed.sagas.push_back(entry.seen_by(transaction)->saga);
}

Work insert_sagas(Transaction* transaction, std::vector<NewSaga>* sagas,
                  engine::Inserted* inserted) {
  co_await transaction->statement();
  if (!may_write(*transaction)) co_await wait_to_write(transaction);
  std::vector<NewSaga*> in_order;
  in_order.reserve(sagas->size());
  for (NewSaga& entry : *sagas) in_order.push_back(&entry);
  // Of equal ones the first wins.
  const auto order = [](const NewSaga* entry) { return std::pair(entry->saga.id, entry); };
  std::ranges::sort(in_order, {}, order);
  for (NewSaga* entry : in_order) {
    const Tables::Key key(entry->saga.tenant, entry->saga.id);
    SagaEntry& place = transaction->storage().saga_entry(key);
    while (!transaction->has(place, Wish::key) && !place.is_free()) {
      co_await transaction->wait_for(&place, Wish::key);
    }
    if (place.seen_by(*transaction) || !place.is_held_by(*transaction)) continue;
    const engine::Stored stored{transaction->wall_clock(), transaction->storage().purge_epoch};
    if (entry->first) {
      const engine::Transition& moved = entry->first->step.transitions.front();
      auto row = begun_row(*entry->first, transaction->began_at(), stored);
      const Timestamp at = time_of(row->saga, moved);
      place.set(std::move(row));
      transaction->add_transition(place, {.step = engine::initial_version(stored.epoch) + 1,
                                          .from = moved.from,
                                          .to = moved.to,
                                          .message = moved.message,
                                          .at = at});
    } else {
      place.set(first_row(*entry, transaction->began_at(), stored));
    }
    transaction->add_facts(key, 0, engine::first_facts(place.seen_by(*transaction)->saga));
    inserted->emplace(key, stored);
  }
  share_leases(transaction->storage(), *sagas, *inserted);
}

namespace {

Work save_steps(Transaction* transaction, Slots<engine::SaveStep> slots) {
  co_await transaction->statement();
  if (!may_write(*transaction)) co_await wait_to_write(transaction);
  // First what the statement's snapshot holds; only such rows are waited for, and looked at again.
  std::vector<StoredStep> steps;
  steps.reserve(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    steps.push_back(stored_step(slots[i].input.step, slots[i].input.lease));
  }
  std::vector<SagaEntry*> entries(slots.size());
  std::set<std::pair<Tables::Key, std::int64_t>> seen;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const StoredStep& input = steps[i];
    slots[i].output = Saved::fenced;
    if (slots.size() > 1 && !seen.emplace(input.key, input.version).second) continue;
    SagaEntry* entry = find_entry(*transaction, input.key);
    if (entry != nullptr && is_at(*transaction, *entry, input.version)) entries[i] = entry;
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    SagaEntry* entry = entries[i];
    if (entry == nullptr) continue;
    while (!transaction->has(*entry, Wish::row) && !entry->is_free()) {
      co_await transaction->wait_for(entry, Wish::row);
    }
    if (entry->is_held_by(*transaction) && is_at(*transaction, *entry, steps[i].version)) {
      save(*transaction, *entry, steps[i]);
      slots[i].output = Saved::saved;
    }
  }
  // Of the same statement.
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].output == Saved::saved) add_traces(*transaction, *entries[i], steps[i]);
  }
}

Work release_sagas(Transaction* transaction, Slots<engine::ReleaseSaga> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Saga& released = slots[i].input;
    slots[i].output = Saved::fenced;
    co_await transaction->statement();
    if (!may_write(*transaction)) co_await wait_to_write(transaction);
    SagaEntry* entry = find_entry(*transaction, {released.tenant, released.id});
    if (entry == nullptr || !is_at(*transaction, *entry, released.version)) continue;
    while (!transaction->has(*entry, Wish::row) && !entry->is_free()) {
      co_await transaction->wait_for(entry, Wish::row);
    }
    if (!entry->is_held_by(*transaction) || !is_at(*transaction, *entry, released.version))
      continue;
    auto row = std::make_shared<SagaRow>(*entry->seen_by(*transaction));
    ++row->saga.version;
    row->due_at = transaction->began_at();
    row->lease_owner.reset();
    entry->set(std::move(row));
    slots[i].output = Saved::saved;
  }
}

/// What is in the lease still will be found by nothing any more.
Work end_leases(Transaction* transaction, Slots<engine::EndLease> slots) {
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    for (const auto& [key, version] : transaction->storage().leases[slots[i].input.id]) {
      SagaEntry* entry = find_entry(*transaction, key);
      if (entry == nullptr || !is_at(*transaction, *entry, version)) continue;
      while (!transaction->has(*entry, Wish::row) && !entry->is_free()) {
        co_await transaction->wait_for(entry, Wish::row);
      }
      if (!entry->is_held_by(*transaction) || !is_at(*transaction, *entry, version)) continue;
      auto row = std::make_shared<SagaRow>(*entry->seen_by(*transaction));
      row->due_at.reset();
      entry->set(std::move(row));
    }
  }
}

/// There are no totals: summaries are counted saga by saga.
Work merge_totals(Transaction* transaction, Slots<engine::MergeTotals> slots) {
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = 0;
}

}  // namespace

void add_saga_operations(Operations& operations) {
  operations.add<engine::SaveStep, save_steps>();
  operations.add<engine::ReleaseSaga, release_sagas>();
  operations.add<engine::EndLease, end_leases>();
  operations.add<engine::MergeTotals, merge_totals>();
}

}  // namespace remit::simulation
