#include "remit/payments/charge_operations.hpp"

#include <map>

#include "acceptance.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/engine/total_sql.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/by_bucket.hpp"
#include "remit/storage/values.hpp"

namespace remit::payments {
namespace {

constexpr storage::Statement kFind{"charge_find", R"(
    SELECT s.tenant_id, s.saga_id, s.kind, s.amount, s.currency, s.created_at
    FROM saga s JOIN unnest($2::integer[], $3::uuid[]) AS wanted (tenant_id, saga_id)
      ON s.tenant_id = wanted.tenant_id AND s.saga_id = wanted.saga_id
    WHERE s.bucket = $1)"};

// What follows from the charges is written down before they are removed.
constexpr storage::Statement kKeepPostings{"charge_purge_keep", R"(
    INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, debit_account,
                         credit_account, amount, currency, posted_at)
    SELECT bucket, tenant_id, transaction_id, step, line, kind, debit_account, credit_account,
           amount, currency, posted_at
    FROM charge_posting WHERE bucket = $1 AND tenant_id = $2)"};

// The same backwards, summed up, one line for each pair of accounts.
constexpr storage::Statement kReversePostings{"charge_purge_postings", R"(
    INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, debit_account,
                         credit_account, amount, currency, posted_at)
    SELECT $1, $2, $3, 0, row_number() OVER (), 'purge', credit_account, debit_account,
           sum(amount), currency, $4
    FROM charge_posting WHERE bucket = $1 AND tenant_id = $2
    GROUP BY credit_account, debit_account, currency)"};

constexpr storage::Statement kBeginEpoch{"charge_purge_epoch",
                                         "UPDATE purge_epoch SET epoch = epoch + 1"};

constexpr storage::Statement kDeleteTransitions{"charge_purge_transitions", R"(
    DELETE FROM saga_transition t USING saga s
    WHERE s.bucket = $1 AND s.tenant_id = $2 AND s.kind = 'charge' AND s.is_traced
      AND t.bucket = $1 AND t.tenant_id = s.tenant_id AND t.saga_id = s.saga_id)"};

constexpr storage::Statement kDeleteWork{
    "charge_purge_work",
    "DELETE FROM saga_queue WHERE bucket = $1 AND kind = 'charge' AND tenant_id = $2"};

constexpr storage::Statement kDeleteCharges{
    "charge_purge", "DELETE FROM saga WHERE bucket = $1 AND tenant_id = $2 AND kind = 'charge'"};

// Charges must not appear or be completed between the statements, or their postings and totals
// would be left behind; nor be locked by a claim that is going to change them.
constexpr storage::Statement kLockSagas{"charge_purge_lock", "LOCK TABLE saga IN EXCLUSIVE MODE"};

// Totals where the window has whole units, deltas that are not merged yet, and at its ends, for at
// most half a second each, the charges themselves, to be added or subtracted. One statement is one
// snapshot: a charge is in it with its delta, and a delta or the total that it became part of.
// OFFSET 0 keeps each part a walk through its index, whatever the planner makes of the number of
// rows.
constexpr storage::Statement kSummary{"charge_summary", R"(
    SELECT provider, sum(requests)::bigint, sum(amount)::bigint
    FROM (
      SELECT found.*
      FROM unnest($3::integer[], $4::timestamptz[], $5::timestamptz[]) AS part (unit, begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, requests, amount FROM saga_total
        WHERE bucket = $1 AND tenant_id = $2 AND kind = 'charge' AND unit = part.unit
          AND currency = $11 AND begins_at >= part.begins AND begins_at < part.ends
        OFFSET 0) AS found
      UNION ALL
      SELECT found.*
      FROM unnest($6::timestamptz[], $7::timestamptz[]) AS part (begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, requests, amount FROM saga_total_delta
        WHERE bucket = $1 AND tenant_id = $2 AND kind = 'charge' AND currency = $11
          AND begins_at >= part.begins AND begins_at < part.ends
        OFFSET 0) AS found
      UNION ALL
      SELECT found.*
      FROM unnest($8::integer[], $9::timestamptz[], $10::timestamptz[])
        AS part (sign, begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, part.sign, part.sign * amount FROM saga
        WHERE bucket = $1 AND tenant_id = $2 AND kind = 'charge' AND status = 'COMPLETED'
          AND currency = $11 AND submitted_at >= part.begins AND submitted_at < part.ends
        OFFSET 0) AS found
    ) AS counted
    GROUP BY provider
    HAVING sum(requests) <> 0)"};

using Requests = std::vector<const ChargeRequest*>;

std::map<engine::SagaKey, Existing> find_existing(storage::Transaction& transaction,
                                                  const Requests& requests) {
  const auto bucket_of = [](const ChargeRequest* request) {
    return AcceptCharge::bucket_of(*request);
  };
  std::map<engine::SagaKey, Existing> existing;
  for (const auto& [bucket, indices] : storage::by_bucket(requests, bucket_of)) {
    storage::ArrayParameter tenants, ids;
    for (const std::size_t index : indices) {
      tenants.add(requests[index]->tenant);
      ids.add(requests[index]->correlation_id);
    }
    for (const auto& row : transaction.execute(kFind, bucket, tenants, ids)) {
      const auto [tenant, id, kind, amount, currency_name, created_at] =
          storage::read_row<TenantId, Uuid, std::string, std::int64_t, std::string, Timestamp>(row);
      const auto currency = parse_currency(currency_name);
      existing.emplace(
          engine::SagaKey(tenant, id),
          Existing{kind, currency ? std::optional(Money{amount, *currency}) : std::nullopt,
                   created_at});
    }
  }
  return existing;
}

}  // namespace

void AcceptCharge::execute(storage::Transaction& transaction, storage::Slots<AcceptCharge> slots) {
  std::vector<engine::NewSaga> charges;
  charges.reserve(slots.size());
  for (const auto& slot : slots) charges.push_back(new_saga(slot.input));
  engine::Inserted inserted = engine::insert_sagas(transaction, charges);
  Requests repeated;
  for (auto& slot : slots) {
    const engine::SagaKey key(slot.input.tenant, slot.input.correlation_id);
    if (const auto stored = inserted.extract(key)) {
      slot.output = accepted(slot.input, stored.mapped());
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
    const SummaryRequest& request = slot.input;
    const engine::WindowParameters window(engine::cut_window(request.from, request.to));
    Summary summary = empty_summary();
    for (const Bucket bucket : request.tenant.buckets()) {
      for (const auto& row : transaction.execute(
               kSummary, bucket, request.tenant.id(), window.units, window.totals_begin,
               window.totals_end, window.seconds_begin, window.seconds_end, window.signs,
               window.sagas_begin, window.sagas_end, to_string(request.currency))) {
        const auto [processor, requests, amount] =
            storage::read_row<std::string, std::int64_t, std::int64_t>(row);
        ProcessorTotal& total = summary[processor];
        total.requests += requests;
        total.amount_minor += amount;
      }
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
    std::int64_t purged = 0;
    for (const Bucket bucket : slot.input.tenant.buckets()) {
      transaction.execute(kReversePostings, bucket, tenant, slot.input.purge_id, slot.input.now);
      transaction.execute(kKeepPostings, bucket, tenant);
      transaction.execute(kDeleteTransitions, bucket, tenant);
      engine::delete_totals(transaction, bucket, tenant, charge_plan().kind);
      transaction.execute(kDeleteWork, bucket, tenant);
      purged += static_cast<std::int64_t>(
          transaction.execute(kDeleteCharges, bucket, tenant).affected_rows());
    }
    slot.output = purged;
  }
}

}  // namespace remit::payments
