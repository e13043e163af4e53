// payments/payment_operations.cpp again.

#include "remit/payments/payment_operations.hpp"

#include "simulation/operations.hpp"
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

Work find_payment(Transaction* transaction, Slots<payments::FindPayment> slots) {
  const Tables::Storage& storage = transaction->storage();
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto entry = storage.sagas.find({slots[i].input.tenant, slots[i].input.payment_id});
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

Work list_payments(Transaction* transaction, Slots<payments::ListPayments> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    slots[i].output = list(transaction->storage(), slots[i].input);
    co_await transaction->statement();
    for (Payment& payment : *slots[i].output) add_history(transaction->storage(), payment);
  }
}

}  // namespace

void add_payment_operations(Operations& operations) {
  operations.add<payments::FindPayment, find_payment>();
  operations.add<payments::ListPayments, list_payments>();
}

}  // namespace remit::simulation
