#include "remit/payments/payment_operations.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "conversion_sql.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/payments/payment_machine.hpp"

namespace remit::payments {
namespace {

constexpr storage::Statement kFind{"payment_find", R"(
    SELECT p.payment_id AS saga_id, p.* FROM payment p
    JOIN unnest($2::integer[], $3::uuid[]) AS wanted (tenant_id, payment_id)
      ON p.tenant_id = wanted.tenant_id AND p.payment_id = wanted.payment_id
    WHERE p.bucket = $1)"};

/// The first page of what `found` finds.
std::string page_of(const std::string& found) {
  return "SELECT p.payment_id AS saga_id, p.* FROM (" + found +
         ") AS p ORDER BY p.created_at DESC, p.payment_id DESC LIMIT $9";
}

/// Those of one kind, newest first, through an index. Nothing is sorted but what was found: WITH
/// TIES leaves the order of one instant to the end. The second bound of created_at says what the
/// position does, in a form that is a bound of the index.
std::string newest(std::string_view condition) {
  return R"(
      SELECT * FROM payment
      WHERE bucket = $1 AND tenant_id = $2 AND kind = $6::saga_kind AND )" +
         std::string(condition) + R"(
        AND ($3::timestamptz IS NULL OR (created_at, payment_id) < ($3, $4::uuid))
        AND created_at >= coalesce($7, '-infinity'::timestamptz)
        AND created_at <= least(coalesce($8, 'infinity'::timestamptz),
                                coalesce($3, 'infinity'::timestamptz))
      ORDER BY created_at DESC FETCH FIRST ($9) ROWS WITH TIES)";
}

// Of any status, or of one.
const std::string kListByAgeSql = page_of(newest("($5::text IS NULL OR status = $5)"));
const storage::Statement kListByAge{"payment_list_by_age", kListByAgeSql.c_str()};

// Those of one status that have left the usual way, or whose kind has none.
const std::string kOnShelf = newest("shelf = $5 AND shelf <> ''");
const std::string kListShelfSql = page_of(kOnShelf);
const storage::Statement kListShelf{"payment_list_shelf", kListShelfSql.c_str()};

// The same, and those under way that go their usual way, all of which are in `saga_work`. One
// statement: what moves from one to the other meanwhile is in one of them.
const std::string kListUnderWaySql = page_of("(" + kOnShelf + R"()
      UNION ALL
      SELECT found.* FROM (
        SELECT saga_id FROM saga_work
        WHERE bucket = $1 AND kind = $6::saga_kind AND tenant_id = $2 OFFSET 0) AS work
      CROSS JOIN LATERAL (
        SELECT * FROM payment
        WHERE bucket = $1 AND tenant_id = $2 AND payment_id = work.saga_id OFFSET 0) AS found
      WHERE found.shelf = '' AND found.status = $5
        AND ($3::timestamptz IS NULL OR (found.created_at, found.payment_id) < ($3, $4::uuid))
        AND found.created_at >= coalesce($7, '-infinity'::timestamptz)
        AND found.created_at <= coalesce($8, 'infinity'::timestamptz))");
const storage::Statement kListUnderWay{"payment_list_under_way", kListUnderWaySql.c_str()};

/// Whether there are more than so many.
constexpr storage::Statement kIsLong{"payment_queue_is_long", R"(
    SELECT count(*) > $3 FROM (
      SELECT 1 FROM saga_queue WHERE bucket = $1 AND kind = $2
      UNION ALL
      SELECT 1 FROM saga_lease CROSS JOIN LATERAL unnest(saga_ids)
      WHERE bucket = $1 AND kind = $2
      LIMIT $3 + 1) AS work)"};

// OFFSET 0: those of that id, which are few, and each by its key; not the newest payments, to see
// whether they have it.
constexpr storage::Statement kListByExternalId{"payment_list_external_id", R"(
    SELECT p.payment_id AS saga_id, p.* FROM (
      SELECT payment_id FROM conversion
      WHERE bucket = $1 AND tenant_id = $2 AND external_id = $10 OFFSET 0) AS named
    CROSS JOIN LATERAL (
      SELECT * FROM payment
      WHERE bucket = $1 AND tenant_id = $2 AND payment_id = named.payment_id OFFSET 0) AS p
    WHERE ($3::timestamptz IS NULL OR (p.created_at, p.payment_id) < ($3, $4::uuid))
      AND ($5::text IS NULL OR p.status = $5)
      AND ($6::saga_kind IS NULL OR p.kind = $6)
      AND p.created_at >= coalesce($7, '-infinity'::timestamptz)
      AND p.created_at <= coalesce($8, 'infinity'::timestamptz)
    ORDER BY p.created_at DESC, p.payment_id DESC LIMIT $9)"};

// As far as the payments that were read before: what happened in between is left out.
constexpr storage::Statement kHistory{"payment_history", R"(
    SELECT t.tenant_id, t.saga_id, t.from_status, t.to_status, t.message, t.at
    FROM saga_transition t
    JOIN unnest($2::integer[], $3::uuid[], $4::bigint[]) AS wanted (tenant_id, saga_id, version)
      ON t.tenant_id = wanted.tenant_id AND t.saga_id = wanted.saga_id
    WHERE t.bucket = $1 AND t.step <= wanted.version
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

/// Of a payment that goes its usual way, by its row alone: nothing that happens in between can be
/// missed or doubled. The view payment_history says the same.
std::vector<HistoryEntry> history_that_follows(const Payment& payment) {
  const engine::Saga& saga = payment.saga;
  const engine::LegPlan& leg = saga.plan->legs.front();
  std::vector<HistoryEntry> history;
  if (saga.status == engine::kPending) return history;
  const Timestamp sent_at = payment.plain ? payment.plain->submitted_at.value_or(Timestamp{})
                                          : saga.legs.front().requested_at;
  history.push_back({std::string(engine::kPending), std::string(leg.submitted_status),
                     std::string(leg.submitted_message), sent_at});
  if (saga.status == engine::kCompleted) {
    history.push_back({std::string(leg.submitted_status), saga.status,
                       std::string(leg.settled_message),
                       saga.processed_at.value_or(saga.updated_at)});
  }
  return history;
}

void add_histories(storage::Transaction& transaction, std::vector<Payment>& payments) {
  std::map<Bucket, std::vector<Payment*>> by_bucket;
  for (Payment& payment : payments) {
    if (payment.saga.is_traced) {
      by_bucket[payment.saga.bucket].push_back(&payment);
    } else {
      payment.history = history_that_follows(payment);
    }
  }
  for (const auto& [bucket, its] : by_bucket) {
    storage::ArrayParameter tenants, ids, versions;
    std::map<engine::SagaKey, Payment*> by_key;
    for (Payment* payment : its) {
      tenants.add(payment->saga.tenant);
      ids.add(payment->saga.id);
      versions.add(payment->saga.version);
      by_key.emplace(engine::SagaKey(payment->saga.tenant, payment->saga.id), payment);
    }
    for (const auto& row : transaction.execute(kHistory, bucket, tenants, ids, versions)) {
      auto [tenant, id, from, to, message, at] =
          storage::read_row<TenantId, Uuid, std::string, std::string, std::string, Timestamp>(row);
      by_key.at({tenant, id})
          ->history.push_back({std::move(from), std::move(to), std::move(message), at});
    }
  }
}

void add_payments(const pqxx::result& rows, std::vector<Payment>& payments) {
  const PaymentReader reader(rows);
  for (const auto& row : rows) payments.push_back(reader.read(row));
}

/// The payments of one bucket that are listed, in any order, perhaps more than are wanted.
class ListOfBucket {
 public:
  ListOfBucket(storage::Transaction& transaction, Bucket bucket, const ListRequest& request)
      : transaction_(transaction), bucket_(bucket), request_(request) {
    if (request.before) {
      before_at_ = request.before->first;
      before_id_ = request.before->second;
    }
  }

  std::vector<Payment> read() {
    if (request_.external_id) {
      add(execute(kListByExternalId, request_.kind, *request_.external_id));
      return std::move(payments_);
    }
    for (const engine::SagaPlan* plan : {&charge_plan(), &conversion_plan()}) {
      if (!request_.kind || *request_.kind == plan->kind) read_kind(*plan);
    }
    return std::move(payments_);
  }

 private:
  /// So many are looked up one by one; more, and the newest of all payments are likely among them.
  static constexpr std::int64_t kLongQueue = 50'000;

  void read_kind(const engine::SagaPlan& plan) {
    if (!request_.status || (plan.history_follows && *request_.status == engine::kCompleted)) {
      return add(execute(kListByAge, plan.kind));
    }
    if (!is_of_usual_way(plan)) return add(execute(kListShelf, plan.kind));
    add(has_short_queue(plan) ? execute(kListUnderWay, plan.kind) : execute(kListByAge, plan.kind));
  }

  /// Whether it is of a status that such a saga has until it is completed; others are on a shelf.
  [[nodiscard]] bool is_of_usual_way(const engine::SagaPlan& plan) const {
    return plan.history_follows && (*request_.status == engine::kPending ||
                                    *request_.status == plan.legs.front().submitted_status);
  }

  template <class Kind, class... Last>
  pqxx::result execute(const storage::Statement& statement, const Kind& kind, const Last&... last) {
    return transaction_.execute(statement, bucket_, request_.tenant.id(), before_at_, before_id_,
                                request_.status, kind, request_.created_from, request_.created_to,
                                request_.limit, last...);
  }
  [[nodiscard]] bool has_short_queue(const engine::SagaPlan& plan) {
    return !storage::read_value<bool>(
        transaction_.execute(kIsLong, bucket_, plan.kind, kLongQueue));
  }
  void add(const pqxx::result& rows) { add_payments(rows, payments_); }

  storage::Transaction& transaction_;
  Bucket bucket_;
  const ListRequest& request_;
  std::optional<Timestamp> before_at_;
  std::optional<Uuid> before_id_;
  std::vector<Payment> payments_;
};

std::vector<Payment> list(storage::Transaction& transaction, const ListRequest& request) {
  std::vector<Payment> payments;
  for (const Bucket bucket : request.tenant.buckets()) {
    std::vector<Payment> its = ListOfBucket(transaction, bucket, request).read();
    std::ranges::move(its, std::back_inserter(payments));
  }
  const auto place = [](const Payment& payment) {
    return std::pair(payment.saga.created_at, payment.saga.id);
  };
  std::ranges::sort(payments, std::ranges::greater(), place);
  if (payments.size() > static_cast<std::size_t>(request.limit)) {
    payments.erase(payments.begin() + request.limit, payments.end());
  }
  return payments;
}

}  // namespace

void FindPayment::execute(storage::Transaction& transaction, storage::Slots<FindPayment> slots) {
  std::map<Bucket, std::set<engine::SagaKey>> wanted;  // several may ask for the same
  for (const auto& slot : slots) {
    const auto& [tenant, id] = slot.input;
    wanted[tenant.bucket_of(id)].emplace(tenant, id);
  }
  std::map<engine::SagaKey, Payment> found;
  for (const auto& [bucket, keys] : wanted) {
    storage::ArrayParameter tenants, ids;
    for (const auto& [tenant, id] : keys) {
      tenants.add(tenant);
      ids.add(id);
    }
    std::vector<Payment> payments;
    add_payments(transaction.execute(kFind, bucket, tenants, ids), payments);
    add_histories(transaction, payments);
    for (Payment& payment : payments) {
      const engine::SagaKey key(payment.saga.tenant, payment.saga.id);
      found.emplace(key, std::move(payment));
    }
  }
  for (auto& slot : slots) {
    const auto payment = found.find({slot.input.tenant, slot.input.payment_id});
    slot.output =
        payment == found.end() ? std::optional<Payment>() : std::optional(payment->second);
  }
}

void ListPayments::execute(storage::Transaction& transaction, storage::Slots<ListPayments> slots) {
  for (auto& slot : slots) {
    std::vector<Payment> payments = list(transaction, slot.input);
    add_histories(transaction, payments);
    slot.output = std::move(payments);
  }
}

}  // namespace remit::payments
