// payments/charge_operations.cpp again.

#include "remit/payments/charge_operations.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "acceptance.hpp"
#include "remit/payments/payment_machine.hpp"
#include "simulation/saga_operations.hpp"
#include "simulation/tables_storage.hpp"
#include "support/readiness.hpp"

namespace remit::simulation {
namespace {

Work accept_charge(Transaction* transaction, Slots<payments::AcceptCharge> slots) {
  std::vector<engine::NewSaga> sagas;
  sagas.reserve(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    sagas.push_back(payments::new_saga(slots[i].input));
  }
  engine::Inserted inserted;
  co_await insert_sagas(transaction, &sagas, &inserted);
  std::vector<std::size_t> repeated;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const payments::ChargeRequest& request = slots[i].input;
    if (const auto stored = inserted.extract({request.tenant, request.correlation_id})) {
      slots[i].output = payments::accepted(request, stored.mapped());
    } else {
      slots[i].output = fail(again_later(kRequestInProgress, "the first use is still under way"));
      repeated.push_back(i);
    }
  }
  if (repeated.empty()) co_return;
  co_await transaction->statement();
  for (const std::size_t i : repeated) {
    const payments::ChargeRequest& request = slots[i].input;
    const SagaEntry& entry =
        transaction->storage().saga_entry({request.tenant, request.correlation_id});
    if (const auto& row = entry.seen_by(*transaction)) {
      slots[i].output = payments::replay(
          request, {std::string(row->saga.plan->kind), row->saga.amount, row->saga.created_at});
    }
  }
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
                      const payments::PurgeCharges::Input& input) {
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
      if (row.step >= test::initial_version_of(saga.version)) add(row.posting);
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

Work summarise_charges(Transaction* transaction, Slots<payments::SummariseCharges> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const payments::SummaryRequest& request = slots[i].input;
    co_await transaction->statement();
    payments::Summary summary = payments::empty_summary();
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

Work purge_charges(Transaction* transaction, Slots<payments::PurgeCharges> slots) {
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

}  // namespace

void add_charge_operations(Operations& operations) {
  operations.add<payments::AcceptCharge, accept_charge>();
  operations.add<payments::SummariseCharges, summarise_charges>();
  operations.add<payments::PurgeCharges, purge_charges>();
}

}  // namespace remit::simulation
