#include "simulation/payment_store.hpp"

#include <utility>

#include "acceptance.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/storage/lanes.hpp"
#include "simulation/saga_store.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {

using idempotency::Answer;

Work AcceptCharges::execute(Transaction* transaction, std::span<Command* const> commands) {
  const Slots<AcceptCharges> slots(commands);
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
    if (inserted.keys.erase({request.tenant, request.correlation_id}) == 1) {
      slots[i].output = payments::accepted(request, *inserted.stored);
    } else {
      slots[i].output = fail(storage::in_progress("the first use is still under way"));
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
      slots[i].output = payments::answer_again(
          request, {std::string(row->saga.plan->kind), row->saga.amount, row->saga.created_at});
    }
  }
}

Work FindAnswers::execute(Transaction* transaction, std::span<Command* const> commands) {
  const Slots<FindAnswers> slots(commands);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    const idempotency::Claim& claim = slots[i].input;
    const auto& keys = transaction->storage().keys;
    const auto found = keys.find(idempotency::name_of(claim));
    if (found == keys.end() || !found->second.committed()) {
      slots[i].output = std::optional<Answer>();
      continue;
    }
    Result<Answer> answer = idempotency::answer_again(claim, *found->second.committed());
    if (answer) {
      slots[i].output = std::optional(*std::move(answer));
    } else {
      slots[i].output = fail(answer.error());
    }
  }
}

Task<Result<payments::ChargeAcceptance>> SimulatedPaymentStore::accept_charge(
    payments::ChargeRequest request) {
  return write_lanes_.run<AcceptCharges>(std::move(request));
}

Task<Result<Answer>> SimulatedPaymentStore::accept_conversion(payments::NewConversion conversion) {
  return write_lanes_.run<AcceptConversions>(std::move(conversion));
}

Task<Result<std::optional<Answer>>> SimulatedPaymentStore::find_answer(idempotency::Claim claim) {
  return read_lanes_.run<FindAnswers>(std::move(claim));
}

Task<Result<std::optional<payments::Payment>>> SimulatedPaymentStore::find(TenantId tenant,
                                                                           Uuid payment_id) {
  return read_lanes_.run<FindPayments>({tenant, payment_id});
}

Task<Result<std::vector<payments::Payment>>> SimulatedPaymentStore::list(
    payments::ListRequest request) {
  return read_lanes_.run<ListPayments>(std::move(request));
}

Task<Result<payments::Summary>> SimulatedPaymentStore::summarise(payments::SummaryRequest request) {
  return read_lanes_.run<SummariseCharges>(request);
}

Task<Result<std::int64_t>> SimulatedPaymentStore::purge_charges(TenantId tenant, Uuid purge_id,
                                                                Timestamp now) {
  return write_lanes_.run<PurgeCharges>({tenant, purge_id, now});
}

}  // namespace remit::simulation
