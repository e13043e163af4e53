#include "remit/payments/charge_operations.hpp"

#include <map>

#include "acceptance.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/engine/total_sql.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/values.hpp"

namespace remit::payments {
namespace {

constexpr storage::Statement kFind{"charge_find", R"(
    SELECT s.tenant_id, s.saga_id, s.kind, s.amount, s.currency, s.created_at
    FROM saga s JOIN unnest($1::integer[], $2::uuid[]) AS wanted (tenant_id, saga_id)
      USING (tenant_id, saga_id))"};

// What the charges' postings come to, backwards, one line for each pair of accounts.
constexpr storage::Statement kReversePostings{"charge_purge_postings", R"(
    INSERT INTO posting (tenant_id, transaction_id, step, line, kind, debit_account, credit_account,
                         amount, currency, posted_at)
    SELECT $1, $2, 0, row_number() OVER (), 'purge', p.credit_account, p.debit_account,
           sum(p.amount), p.currency, $3
    FROM posting p JOIN saga s ON s.tenant_id = p.tenant_id AND s.saga_id = p.transaction_id
    WHERE s.tenant_id = $1 AND s.kind = 'charge'
      -- Not those of an earlier charge of the same id, purged before: its steps are of an earlier
      -- epoch.
      AND p.step >= s.version >> 32 << 32
    GROUP BY p.credit_account, p.debit_account, p.currency)"};

constexpr storage::Statement kBeginEpoch{"charge_purge_epoch",
                                         "UPDATE purge_epoch SET epoch = epoch + 1"};

constexpr storage::Statement kDeleteTransitions{"charge_purge_transitions", R"(
    DELETE FROM saga_transition t USING saga s
    WHERE s.tenant_id = $1 AND s.kind = 'charge' AND t.tenant_id = s.tenant_id
      AND t.saga_id = s.saga_id)"};

constexpr storage::Statement kDeleteCharges{
    "charge_purge", "DELETE FROM saga WHERE tenant_id = $1 AND kind = 'charge'"};

// Charges must not appear or be completed between the statements, or their postings and totals
// would be left behind.
constexpr storage::Statement kLockSagas{"charge_purge_lock",
                                        "LOCK TABLE saga IN SHARE ROW EXCLUSIVE MODE"};

// Totals where the window has whole units, deltas that are not merged yet, and at its ends, for at
// most half a second each, the charges themselves, to be added or subtracted. One statement is one
// snapshot: a charge is in it with its delta, and a delta or the total that it became part of.
// OFFSET 0 keeps each part a walk through its index, whatever the planner makes of the number of
// rows.
constexpr storage::Statement kSummary{"charge_summary", R"(
    SELECT provider, sum(requests)::bigint, sum(amount)::bigint
    FROM (
      SELECT found.*
      FROM unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) AS part (unit, begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, requests, amount FROM saga_total
        WHERE tenant_id = $1 AND kind = 'charge' AND unit = part.unit AND currency = $10
          AND begins_at >= part.begins AND begins_at < part.ends
        OFFSET 0) AS found
      UNION ALL
      SELECT found.*
      FROM unnest($5::timestamptz[], $6::timestamptz[]) AS part (begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, requests, amount FROM saga_total_delta
        WHERE tenant_id = $1 AND kind = 'charge' AND currency = $10
          AND begins_at >= part.begins AND begins_at < part.ends
        OFFSET 0) AS found
      UNION ALL
      SELECT found.*
      FROM unnest($7::integer[], $8::timestamptz[], $9::timestamptz[]) AS part (sign, begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, part.sign, part.sign * amount FROM saga
        WHERE tenant_id = $1 AND kind = 'charge' AND status = 'COMPLETED' AND currency = $10
          AND submitted_at >= part.begins AND submitted_at < part.ends
        OFFSET 0) AS found
    ) AS counted
    GROUP BY provider
    HAVING sum(requests) <> 0)"};

std::map<engine::SagaKey, Existing> find_existing(
    storage::Transaction& transaction, const std::vector<const ChargeRequest*>& requests) {
  storage::ArrayParameter tenants, ids;
  for (const ChargeRequest* request : requests) {
    tenants.add(request->tenant);
    ids.add(request->correlation_id);
  }
  std::map<engine::SagaKey, Existing> existing;
  for (const auto& row : transaction.execute(kFind, tenants, ids)) {
    const auto [tenant, id, kind, amount, currency_name, created_at] =
        storage::read_row<TenantId, Uuid, std::string, std::int64_t, std::string, Timestamp>(row);
    const auto currency = parse_currency(currency_name);
    existing.emplace(
        engine::SagaKey(tenant, id),
        Existing{kind, currency ? std::optional(Money{amount, *currency}) : std::nullopt,
                 created_at});
  }
  return existing;
}

}  // namespace

void AcceptCharge::execute(storage::Transaction& transaction, storage::Slots<AcceptCharge> slots) {
  std::vector<engine::NewSaga> charges;
  charges.reserve(slots.size());
  for (const auto& slot : slots) charges.push_back(new_saga(slot.input));
  engine::Inserted inserted = engine::insert_sagas(transaction, charges);
  std::vector<const ChargeRequest*> repeated;
  for (auto& slot : slots) {
    if (inserted.keys.erase({slot.input.tenant, slot.input.correlation_id}) == 1) {
      slot.output = accepted(slot.input, *inserted.stored);
    } else {
      slot.output = fail(again_later(kRequestInProgress, "the first use is still under way"));
      repeated.push_back(&slot.input);
    }
  }
  if (repeated.empty()) return;
  const std::map<engine::SagaKey, Existing> existing = find_existing(transaction, repeated);
  for (auto& slot : slots) {
    const auto found = existing.find({slot.input.tenant, slot.input.correlation_id});
    if (!slot.output && found != existing.end()) slot.output = replay(slot.input, found->second);
  }
}

void SummariseCharges::execute(storage::Transaction& transaction,
                               storage::Slots<SummariseCharges> slots) {
  for (auto& slot : slots) {
    const engine::WindowParameters window(engine::cut_window(slot.input.from, slot.input.to));
    Summary summary = empty_summary();
    for (const auto& row : transaction.execute(
             kSummary, slot.input.tenant, window.units, window.totals_begin, window.totals_end,
             window.seconds_begin, window.seconds_end, window.signs, window.sagas_begin,
             window.sagas_end, to_string(slot.input.currency))) {
      const auto [processor, requests, amount] =
          storage::read_row<std::string, std::int64_t, std::int64_t>(row);
      summary[processor] = {requests, amount};
    }
    slot.output = std::move(summary);
  }
}

void PurgeCharges::execute(storage::Transaction& transaction, storage::Slots<PurgeCharges> slots) {
  for (auto& slot : slots) {
    const TenantId tenant = slot.input.tenant;
    engine::keep_from_merging(transaction);
    transaction.execute(kLockSagas);
    transaction.execute(kBeginEpoch);
    transaction.execute(kReversePostings, tenant, slot.input.purge_id, slot.input.now);
    transaction.execute(kDeleteTransitions, tenant);
    engine::delete_totals(transaction, tenant, charge_plan().kind);
    const pqxx::result deleted = transaction.execute(kDeleteCharges, tenant);
    slot.output = static_cast<std::int64_t>(deleted.affected_rows());
  }
}

}  // namespace remit::payments
