// What is read of payments, and the purge: payments/reading_store.cpp and the end of
// payments/charge_store.cpp again.

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "remit/engine/saga_row.hpp"
#include "remit/payments/payment_machine.hpp"
#include "simulation/payment_store.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

using payments::ListRequest;
using payments::Payment;

Payment read_payment(const Tables::Storage& storage, const SagaRow& row) {
  Payment payment{.saga = row.saga};
  const auto details = storage.conversions.find({row.saga.tenant, row.saga.id});
  if (details != storage.conversions.end() && details->second.committed()) {
    payment.conversion = *details->second.committed();
  }
  if (!row.saga.unreadable.empty()) {
    payment.saga.legs.clear();
    payment.plain =
        payments::PlainColumns{.currency = std::string(to_string(row.saga.amount.currency)),
                               .payout_currency = {},
                               .provider = row.provider,
                               .submitted_at = row.submitted_at};
  }
  return payment;
}

void add_history(const Tables::Storage& storage, Payment& payment) {
  const auto entry = storage.sagas.find({payment.saga.tenant, payment.saga.id});
  if (entry == storage.sagas.end()) return;
  for (const TransitionRow& row : entry->second.transitions) {
    if (row.step > payment.saga.version) break;
    payment.history.push_back(
        {.from = row.from, .to = row.to, .message = row.message, .at = row.at});
  }
}

bool is_wanted(const Tables::Storage& storage, const ListRequest& request,
               const engine::Saga& saga) {
  if (request.status && saga.status != *request.status) return false;
  if (request.kind && saga.plan->kind != *request.kind) return false;
  if (request.created_from && saga.created_at < *request.created_from) return false;
  if (request.created_to && saga.created_at > *request.created_to) return false;
  if (!request.external_id) return true;
  const auto details = storage.conversions.find({saga.tenant, saga.id});
  return details != storage.conversions.end() && details->second.committed() &&
         details->second.committed()->external_id == request.external_id;
}

std::vector<Payment> list(const Tables::Storage& storage, const ListRequest& request) {
  std::vector<Payment> payments;
  auto place = storage.by_age.lower_bound({request.tenant, Timestamp::max(), Uuid()});
  if (request.before) {
    place =
        storage.by_age.upper_bound({request.tenant, request.before->first, request.before->second});
  }
  for (; place != storage.by_age.end(); ++place) {
    if (payments.size() >= static_cast<std::size_t>(request.limit)) break;
    const SagaRow& row = *place->second->committed();
    if (row.saga.tenant != request.tenant) break;
    if (is_wanted(storage, request, row.saga)) payments.push_back(read_payment(storage, row));
  }
  return payments;
}

/// The charges of a tenant as the transaction sees them; it holds the table.
std::vector<SagaEntry*> charges_of(const Transaction& transaction, TenantId tenant) {
  std::vector<SagaEntry*> charges;
  for (auto& [key, entry] : transaction.storage().sagas) {
    const SagaRow* row = entry.seen_by(transaction).get();
    if (key.first == tenant && row != nullptr &&
        row->saga.plan->kind == payments::charge_plan().kind) {
      charges.push_back(&entry);
    }
  }
  return charges;
}

/// What the charges' postings come to, backwards, one line for each pair of accounts.
void reverse_postings(Transaction& transaction, const std::vector<SagaEntry*>& charges,
                      const PurgeCharges::Input& input) {
  std::map<std::tuple<std::string, std::string, Currency>, std::int64_t> sums;
  const auto add = [&sums](const ledger::Posting& posting) {
    sums[{posting.debit_account, posting.credit_account, posting.amount.currency}] +=
        posting.amount.minor;
  };
  for (const SagaEntry* entry : charges) {
    const engine::Saga& saga = entry->seen_by(transaction)->saga;
    const auto found = transaction.storage().postings.find({saga.tenant, saga.id});
    if (found == transaction.storage().postings.end()) continue;
    for (const PostingRow& row : found->second) {
      // Not those of an earlier charge of the same id, purged before: of an earlier epoch.
      if (row.step >= engine::initial_version_of(saga.version)) add(row.posting);
    }
  }
  for (const auto& [key, row] : transaction.new_postings()) {
    const SagaEntry& entry = transaction.storage().saga_entry(key);
    if (std::ranges::find(charges, &entry) != charges.end()) add(row.posting);
  }
  int line = 0;
  for (const auto& [accounts, amount] : sums) {
    const auto& [debit, credit, currency] = accounts;
    transaction.add_posting({input.tenant, input.purge_id},
                            {.step = 0,
                             .line = ++line,
                             .posting = {"purge", credit, debit, {amount, currency}},
                             .posted_at = input.now});
  }
}

}  // namespace

Work FindPayments::execute(Transaction* transaction, std::span<Command* const> commands) {
  const Slots<FindPayments> slots(commands);
  const Tables::Storage& storage = transaction->storage();
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto entry = storage.sagas.find(slots[i].input);
    const bool is_there = entry != storage.sagas.end() && entry->second.committed();
    slots[i].output = is_there ? std::optional(read_payment(storage, *entry->second.committed()))
                               : std::optional<Payment>();
  }
  // A statement of its own, which may see more.
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (*slots[i].output) add_history(storage, **slots[i].output);
  }
}

Work ListPayments::execute(Transaction* transaction, std::span<Command* const> commands) {
  const Slots<ListPayments> slots(commands);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    slots[i].output = list(transaction->storage(), slots[i].input);
    co_await transaction->statement();
    for (Payment& payment : *slots[i].output) add_history(transaction->storage(), payment);
  }
}

Work SummariseCharges::execute(Transaction* transaction, std::span<Command* const> commands) {
  const Slots<SummariseCharges> slots(commands);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const payments::SummaryRequest& request = slots[i].input;
    co_await transaction->statement();
    payments::Summary summary{{"default", {}}, {"fallback", {}}};
    for (const auto& [age, entry] : transaction->storage().by_age) {
      const SagaRow& row = *entry->committed();
      const bool is_counted = row.saga.tenant == request.tenant &&
                              row.saga.status == engine::kCompleted &&
                              row.saga.plan->kind == payments::charge_plan().kind &&
                              row.submitted_at && row.saga.amount.currency == request.currency &&
                              (!request.from || *row.submitted_at >= *request.from) &&
                              (!request.to || *row.submitted_at <= *request.to);
      if (!is_counted) continue;
      payments::ProcessorTotal& total = summary[row.provider];
      ++total.requests;
      total.amount_minor += row.saga.amount.minor;
    }
    slots[i].output = std::move(summary);
  }
}

Work PurgeCharges::execute(Transaction* transaction, std::span<Command* const> commands) {
  const Slots<PurgeCharges> slots(commands);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    TableLock& table = transaction->storage().saga_table;
    while (!transaction->has(table, Wish::freeze)) {
      co_await transaction->wait_for(&table, Wish::freeze);
    }
    ++transaction->storage().purge_epoch;
    const std::vector<SagaEntry*> charges = charges_of(*transaction, slots[i].input.tenant);
    reverse_postings(*transaction, charges, slots[i].input);
    co_await transaction->statement();
    for (SagaEntry* entry : charges) {
      transaction->remove_transitions(*entry);
      static_cast<void>(transaction->has(*entry, Wish::row));  // nobody else writes
      entry->set(nullptr);
    }
    slots[i].output = static_cast<std::int64_t>(charges.size());
  }
}

}  // namespace remit::simulation
