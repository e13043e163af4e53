#include <set>
#include <span>
#include <tuple>

#include "endpoint_json.hpp"
#include "endpoint_sql.hpp"
#include "remit/base/text.hpp"
#include "remit/outbox/fact_sql.hpp"
#include "remit/storage/by_bucket.hpp"
#include "remit/storage/columns.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"
#include "remit/webhooks/courier_operations.hpp"

namespace remit::webhooks {
namespace {

using storage::column;
using storage::nullable_text;
using storage::Transaction;
using Row = SaveAttempt::Input;

std::string_view state_of(const Row& row) { return to_string(row.state); }
std::optional<std::int64_t> pause_us(const Row& row) {
  if (row.state != DeliveryState::pending) return std::nullopt;
  return std::int64_t{row.pause.count()};
}
std::optional<std::int64_t> status_of(const Row& row) {
  return row.status == 0 ? std::nullopt : std::optional(row.status);
}
std::string error_of(const Row& row) { return sanitize_utf8(row.error); }
std::string answer_of(const Row& row) { return sanitize_utf8(row.answer); }

constexpr storage::Column<Row> kColumns[] = {
    column<Row, &Row::which, &DeliveryKey::tenant, &Tenant::id>("tenant_id"),
    column<Row, &Row::which, &DeliveryKey::endpoint>("endpoint_id"),
    column<Row, &Row::which, &DeliveryKey::sequence>("sequence"),
    column<Row, &Row::version>("version"),
    column<Row, state_of>("state"),
    column<Row, pause_us>("pause_us"),
    column<Row, &Row::was_made>("was_made"),
    column<Row, status_of>("status"),
    nullable_text<Row, error_of>("error"),
    nullable_text<Row, answer_of>("answer")};

// The version is the fence: an owner that has lost the lease changes nothing. OFFSET 0: see
// step_sql.cpp.
const storage::ComposedStatement kSave("webhook_save_attempt", R"(
    UPDATE webhook_delivery d
    SET state = u.state, attempts = d.attempts + u.was_made::integer, version = d.version + 1,
        due_at = u.due_at, lease_until = NULL, last_attempt_at = now(), last_status = u.status,
        last_error = u.error, answer = u.answer, updated_at = now()
    FROM (SELECT *, now() + pause_us * interval '1 microsecond' AS due_at FROM {attempts}
          OFFSET 0) AS u
    WHERE d.bucket = {bucket} AND d.tenant_id = u.tenant_id AND d.endpoint_id = u.endpoint_id
      AND d.sequence = u.sequence AND d.version = u.version
    RETURNING d.tenant_id, d.endpoint_id, d.sequence)",
                                       {{"{attempts}", storage::unnest(kColumns, "attempt")},
                                        {"{bucket}", storage::parameter("smallint")}});

// One that has been moved elsewhere meanwhile stays.
const storage::ComposedStatement kDisable("webhook_disable_gone", R"(
    UPDATE webhook_endpoint SET enabled = false, disabled_reason = 'gone', updated_at = now()
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3 AND enabled AND url = $4
    RETURNING {columns})",
                                          {{"{columns}", kEndpointColumns}});

void disable(Transaction& transaction, const Row& attempt) {
  const Tenant& tenant = attempt.which.tenant;
  const pqxx::result rows = transaction.execute(kDisable, tenant.home(), tenant.id(),
                                                attempt.which.endpoint, attempt.gone_url);
  if (rows.empty()) return;
  const Endpoint endpoint = read_endpoint(rows.front());
  const outbox::Fact fact{.type = "webhook_endpoint.disabled",
                          .resource = "/webhook-endpoints/" + endpoint.id.to_string(),
                          .at = endpoint.updated_at,
                          .user = {},
                          .data = endpoint_json(endpoint),
                          .changes = R"({"enabled":[true,false]})"};
  outbox::FactArrays facts;
  facts.add(tenant.id(), endpoint.id, 0, std::span(&fact, 1));
  outbox::write_facts(transaction, tenant.home(), facts);
}

using Place = std::tuple<TenantId, Uuid, std::int64_t>;

}  // namespace

void SaveAttempt::execute(Transaction& transaction, storage::Slots<SaveAttempt> slots) {
  const auto bucket_of = [](const auto& slot) { return SaveAttempt::bucket_of(slot.input); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, bucket_of)) {
    storage::RowArrays<Row> attempts(kColumns);
    for (const std::size_t index : indices) attempts.add(slots[index].input);
    std::set<Place> saved;
    for (const auto& row : transaction.execute(kSave, attempts, bucket)) {
      saved.insert(storage::read_row<TenantId, Uuid, std::int64_t>(row));
    }
    for (const std::size_t index : indices) {
      const Row& attempt = slots[index].input;
      const DeliveryKey& which = attempt.which;
      const bool is_saved = saved.contains({which.tenant.id(), which.endpoint, which.sequence});
      slots[index].output = is_saved;
      if (is_saved && !attempt.gone_url.empty()) disable(transaction, attempt);
    }
  }
}

}  // namespace remit::webhooks
