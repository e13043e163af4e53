#include "remit/payments/payment_operations.hpp"

#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "conversion_sql.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/payments/payment_machine.hpp"

namespace remit::payments {
namespace {

constexpr storage::Statement kFind{"payment_find", R"(
    SELECT p.payment_id AS saga_id, p.* FROM payment p
    JOIN unnest($1::integer[], $2::uuid[]) AS wanted (tenant_id, payment_id)
      USING (tenant_id, payment_id))"};

// Through the index by kind and status: first which of both there are, a few looks into the index,
// then the newest of each that is wanted. Nothing is sorted but what was found: WITH TIES leaves
// the order of one instant to the end. The second bound of created_at says what the first condition
// does, in a form that is a bound of the index.
constexpr storage::Statement kList{"payment_list", R"(
    WITH RECURSIVE sort_of (kind, status) AS (
      (SELECT kind, status FROM saga WHERE tenant_id = $1 ORDER BY kind, status LIMIT 1)
      UNION ALL
      SELECT next.kind, next.status FROM sort_of CROSS JOIN LATERAL (
        SELECT kind, status FROM saga
        WHERE tenant_id = $1 AND (kind, status) > (sort_of.kind, sort_of.status)
        ORDER BY kind, status LIMIT 1) AS next)
    SELECT p.payment_id AS saga_id, p.* FROM sort_of CROSS JOIN LATERAL (
      SELECT * FROM payment
      WHERE tenant_id = $1 AND kind = sort_of.kind AND status = sort_of.status
        AND ($2::timestamptz IS NULL OR (created_at, payment_id) < ($2, $3::uuid))
        AND created_at >= coalesce($6, '-infinity'::timestamptz)
        AND created_at <= least(coalesce($7, 'infinity'::timestamptz),
                                coalesce($2, 'infinity'::timestamptz))
      ORDER BY created_at DESC FETCH FIRST ($8) ROWS WITH TIES) AS p
    WHERE ($4::text IS NULL OR sort_of.status = $4) AND ($5::text IS NULL OR sort_of.kind = $5)
    ORDER BY p.created_at DESC, p.payment_id DESC LIMIT $8)"};

// OFFSET 0: those of that id, which are few, and each by its key; not the newest payments, to see
// whether they have it.
constexpr storage::Statement kListByExternalId{"payment_list_external_id", R"(
    SELECT p.payment_id AS saga_id, p.* FROM (
      SELECT payment_id FROM conversion WHERE tenant_id = $1 AND external_id = $9 OFFSET 0) AS named
    CROSS JOIN LATERAL (
      SELECT * FROM payment
      WHERE tenant_id = $1 AND payment_id = named.payment_id OFFSET 0) AS p
    WHERE ($2::timestamptz IS NULL OR (p.created_at, p.payment_id) < ($2, $3::uuid))
      AND ($4::text IS NULL OR p.status = $4)
      AND ($5::text IS NULL OR p.kind = $5)
      AND p.created_at >= coalesce($6, '-infinity'::timestamptz)
      AND p.created_at <= coalesce($7, 'infinity'::timestamptz)
    ORDER BY p.created_at DESC, p.payment_id DESC LIMIT $8)"};

// As far as the payments that were read before: what happened in between is left out.
constexpr storage::Statement kHistory{"payment_history", R"(
    SELECT t.tenant_id, t.saga_id, t.from_status, t.to_status, t.message, t.at
    FROM saga_transition t
    JOIN unnest($1::integer[], $2::uuid[], $3::bigint[]) AS wanted (tenant_id, saga_id, version)
      USING (tenant_id, saga_id)
    WHERE t.step <= wanted.version
    ORDER BY t.tenant_id, t.saga_id, t.step, t.line)"};

/// Reads the view `payment`. A payment that this version cannot read whole is shown by what it can.
class PaymentReader {
 public:
  explicit PaymentReader(const pqxx::result& rows) : sagas_(rows), conversions_(rows) {}

  [[nodiscard]] Payment read(const pqxx::row& row) const {
    using storage::read;
    const engine::SagaPlan* plan = plan_of(read<std::string>(row["kind"]));
    if (plan == nullptr) throw std::logic_error("a payment of a kind that was not asked for");
    Payment payment{.saga = sagas_.read(row, *plan)};
    const auto conversion = conversions_.read(row, payment.saga.amount.currency);
    const bool is_payout_known = !conversion || parse_currency(conversion->payout_currency);
    if (!payment.saga.unreadable.empty() || !is_payout_known) {
      payment.plain =
          PlainColumns{.currency = read<std::string>(row["currency"]),
                       .payout_currency = conversion ? conversion->payout_currency : "",
                       .provider = read<std::optional<std::string>>(row["provider"]).value_or(""),
                       .submitted_at = read<std::optional<Timestamp>>(row["submitted_at"])};
    }
    if (conversion) payment.conversion = conversion->details;
    return payment;
  }

 private:
  engine::SagaReader sagas_;
  ConversionReader conversions_;
};

void add_histories(storage::Transaction& transaction, std::vector<Payment>& payments) {
  if (payments.empty()) return;
  storage::ArrayParameter tenants, ids, versions;
  std::map<engine::SagaKey, Payment*> by_key;
  for (Payment& payment : payments) {
    tenants.add(payment.saga.tenant);
    ids.add(payment.saga.id);
    versions.add(payment.saga.version);
    by_key.emplace(engine::SagaKey(payment.saga.tenant, payment.saga.id), &payment);
  }
  for (const auto& row : transaction.execute(kHistory, tenants, ids, versions)) {
    auto [tenant, id, from, to, message, at] =
        storage::read_row<TenantId, Uuid, std::string, std::string, std::string, Timestamp>(row);
    by_key.at({tenant, id})
        ->history.push_back({std::move(from), std::move(to), std::move(message), at});
  }
}

std::vector<Payment> read_payments(storage::Transaction& transaction, const pqxx::result& rows) {
  std::vector<Payment> payments;
  payments.reserve(static_cast<std::size_t>(rows.size()));
  const PaymentReader reader(rows);
  for (const auto& row : rows) payments.push_back(reader.read(row));
  add_histories(transaction, payments);
  return payments;
}

pqxx::result run_list(storage::Transaction& transaction, const ListRequest& request) {
  const auto before_at = request.before ? std::optional(request.before->first) : std::nullopt;
  const auto before_id = request.before ? std::optional(request.before->second) : std::nullopt;
  if (request.external_id) {
    return transaction.execute(kListByExternalId, request.tenant, before_at, before_id,
                               request.status, request.kind, request.created_from,
                               request.created_to, request.limit, request.external_id);
  }
  return transaction.execute(kList, request.tenant, before_at, before_id, request.status,
                             request.kind, request.created_from, request.created_to, request.limit);
}

}  // namespace

void FindPayment::execute(storage::Transaction& transaction, storage::Slots<FindPayment> slots) {
  storage::ArrayParameter tenants, ids;
  std::set<engine::SagaKey> wanted;  // several may ask for the same
  for (const auto& slot : slots) {
    if (wanted.emplace(slot.input.tenant, slot.input.payment_id).second) {
      tenants.add(slot.input.tenant);
      ids.add(slot.input.payment_id);
    }
  }
  std::map<engine::SagaKey, Payment> found;
  for (Payment& payment : read_payments(transaction, transaction.execute(kFind, tenants, ids))) {
    const engine::SagaKey key(payment.saga.tenant, payment.saga.id);
    found.emplace(key, std::move(payment));
  }
  for (auto& slot : slots) {
    const auto payment = found.find({slot.input.tenant, slot.input.payment_id});
    slot.output =
        payment == found.end() ? std::optional<Payment>() : std::optional(payment->second);
  }
}

void ListPayments::execute(storage::Transaction& transaction, storage::Slots<ListPayments> slots) {
  for (auto& slot : slots) {
    slot.output = read_payments(transaction, run_list(transaction, slot.input));
  }
}

}  // namespace remit::payments
