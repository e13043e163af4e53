#include "remit/webhooks/endpoint_operations.hpp"

#include "endpoint_sql.hpp"
#include "remit/base/text.hpp"
#include "remit/storage/by_bucket.hpp"
#include "remit/storage/composed_statement.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

using storage::ComposedStatement;
using storage::Statement;
using storage::Transaction;

// Its row is a lock of what the tenant has: of two requests that make an endpoint the second counts
// that of the first, and events are given to endpoints before it or after it.
constexpr Statement kLockCursor{"webhook_cursor_lock", R"(
    INSERT INTO webhook_cursor AS cursor (bucket, tenant_id, sequence, version)
    VALUES ($1, $2, coalesce((SELECT last_sequence FROM event_head
                              WHERE bucket = $1 AND tenant_id = $2), 0), 0)
    ON CONFLICT (bucket, tenant_id) DO UPDATE SET version = cursor.version + 1)"};

// Of a tenant without endpoints: it costs nothing more.
constexpr Statement kRemoveCursor{"webhook_cursor_remove", R"(
    DELETE FROM webhook_cursor
    WHERE bucket = $1 AND tenant_id = $2
      AND NOT EXISTS (SELECT 1 FROM webhook_endpoint WHERE bucket = $1 AND tenant_id = $2))"};

constexpr Statement kCount{"webhook_endpoint_count", R"(
    SELECT count(*) FROM webhook_endpoint WHERE bucket = $1 AND tenant_id = $2)"};

const ComposedStatement kInsert("webhook_endpoint_insert", R"(
    INSERT INTO webhook_endpoint (bucket, tenant_id, endpoint_id, url, events, description, mode,
                                  max_per_second, header_names, headers, signature, secret,
                                  public_key, enabled, disabled_reason, created_at, updated_at,
                                  after_sequence)
    VALUES ($1::smallint, $2::integer, $3::uuid, $4, $5, $6, $7, $8::integer, $9, $10, $11, $12,
            $13, $14::text IS NULL, $14, now(), now(),
            coalesce((SELECT last_sequence FROM event_head WHERE bucket = $1::smallint
                      AND tenant_id = $2::integer), 0))
    RETURNING {columns})",
                                {{"{columns}", kEndpointColumns}});

const ComposedStatement kFind("webhook_endpoint_find", R"(
    SELECT {columns} FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3)",
                              {{"{columns}", kEndpointColumns}});

const ComposedStatement kList("webhook_endpoint_list", R"(
    SELECT {columns} FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2
      AND (created_at, endpoint_id) < (coalesce($3::timestamptz, 'infinity'),
                                       coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY created_at DESC, endpoint_id DESC LIMIT $5::bigint)",
                              {{"{columns}", kEndpointColumns}});

// Names of headers are NULL where they stay, and so is everything else that stays.
const ComposedStatement kChange("webhook_endpoint_change", R"(
    UPDATE webhook_endpoint SET
      url = coalesce($4, url), events = coalesce($5, events),
      description = coalesce($6, description), mode = coalesce($7, mode),
      max_per_second = coalesce($8::integer, max_per_second),
      header_names = coalesce($9::text, header_names),
      headers = CASE WHEN $9::text IS NULL THEN headers ELSE $10 END,
      enabled = coalesce($11::boolean, enabled),
      disabled_reason = CASE WHEN $11::boolean THEN NULL
                             WHEN NOT $11::boolean THEN coalesce(disabled_reason, 'requested')
                             ELSE disabled_reason END,
      updated_at = now()
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3
    RETURNING {columns})",
                                {{"{columns}", kEndpointColumns}});

const ComposedStatement kRotate("webhook_secret_rotate", R"(
    UPDATE webhook_endpoint SET
      previous_secret = CASE WHEN $7::bigint > 0 THEN secret END,
      previous_public_key = CASE WHEN $7::bigint > 0 THEN public_key END,
      previous_until = CASE WHEN $7::bigint > 0 THEN now() + $7 * interval '1 microsecond' END,
      signature = $4, secret = $5, public_key = $6, updated_at = now()
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3
    RETURNING {columns})",
                                {{"{columns}", kEndpointColumns}});

constexpr Statement kDelete{"webhook_endpoint_delete", R"(
    DELETE FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3 RETURNING 1)"};

const ComposedStatement kDestination("webhook_destination_find", R"(
    SELECT {columns} FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3)",
                                     {{"{columns}", kDestinationColumns}});

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> joined(const std::optional<std::vector<std::string>>& words) {
  return words ? std::optional(join(*words, " ")) : std::nullopt;
}

std::optional<Endpoint> first_of(const pqxx::result& rows) {
  return rows.empty() ? std::nullopt : std::optional(read_endpoint(rows.front()));
}

Result<Endpoint> insert(Transaction& transaction, const InsertEndpoint::Input& input) {
  const Bucket bucket = input.tenant.home();
  transaction.execute(kLockCursor, bucket, input.tenant.id());
  const auto count =
      storage::read_value<std::int64_t>(transaction.execute(kCount, bucket, input.tenant.id()));
  if (count >= kMostEndpoints) {
    return fail(kTooManyEndpoints, "the tenant has " + std::to_string(count) +
                                       " webhook endpoints: delete those that are not needed");
  }
  const Endpoint& made = input.endpoint;
  return read_endpoint(
      transaction
          .execute(kInsert, bucket, input.tenant.id(), made.id, made.url, join(made.events, " "),
                   made.description, to_string(made.mode), made.max_per_second,
                   join(input.headers.names, " "), unless_empty(input.headers.sealed),
                   to_string(input.secret.kind), input.secret.sealed,
                   unless_empty(input.secret.public_key), unless_empty(made.disabled_reason))
          .front());
}

}  // namespace

// Endpoints are made one at a time by people: a batch holds one of these, seldom more.
void InsertEndpoint::execute(Transaction& transaction, storage::Slots<InsertEndpoint> slots) {
  const auto bucket_of = [](const auto& slot) { return InsertEndpoint::bucket_of(slot.input); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, bucket_of)) {
    for (const std::size_t index : indices) {
      slots[index].output = insert(transaction, slots[index].input);
    }
  }
}

void FindEndpoint::execute(Transaction& transaction, storage::Slots<FindEndpoint> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, id] = slot.input;
    slot.output = first_of(transaction.execute(kFind, tenant.home(), tenant.id(), id));
  }
}

void ListEndpoints::execute(Transaction& transaction, storage::Slots<ListEndpoints> slots) {
  for (auto& slot : slots) {
    const Input& input = slot.input;
    std::optional<Timestamp> before_time;
    std::optional<Uuid> before_id;
    if (input.before) std::tie(before_time, before_id) = *input.before;
    Output endpoints;
    for (const auto& row : transaction.execute(kList, input.tenant.home(), input.tenant.id(),
                                               before_time, before_id, input.limit)) {
      endpoints.push_back(read_endpoint(row));
    }
    slot.output = std::move(endpoints);
  }
}

void ChangeEndpoint::execute(Transaction& transaction, storage::Slots<ChangeEndpoint> slots) {
  for (auto& slot : slots) {
    const auto& [which, wish, headers] = slot.input;
    const auto mode = wish.mode ? std::optional(std::string(to_string(*wish.mode))) : std::nullopt;
    std::optional<std::string> names;
    std::optional<std::string> sealed;
    if (headers) {
      names = join(headers->names, " ");
      sealed = unless_empty(headers->sealed);
    }
    slot.output = first_of(transaction.execute(
        kChange, which.tenant.home(), which.tenant.id(), which.id, wish.url, joined(wish.events),
        wish.description, mode, wish.max_per_second, names, sealed, wish.enabled));
  }
}

void RotateSecret::execute(Transaction& transaction, storage::Slots<RotateSecret> slots) {
  for (auto& slot : slots) {
    const auto& [which, secret, grace] = slot.input;
    slot.output = first_of(transaction.execute(
        kRotate, which.tenant.home(), which.tenant.id(), which.id, to_string(secret.kind),
        secret.sealed, unless_empty(secret.public_key), std::int64_t{grace.count()}));
  }
}

void DeleteEndpoint::execute(Transaction& transaction, storage::Slots<DeleteEndpoint> slots) {
  const auto bucket_of = [](const auto& slot) { return DeleteEndpoint::bucket_of(slot.input); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, bucket_of)) {
    for (const std::size_t index : indices) {
      const auto& [tenant, id] = slots[index].input;
      transaction.execute(kLockCursor, bucket, tenant.id());
      slots[index].output = !transaction.execute(kDelete, bucket, tenant.id(), id).empty();
      transaction.execute(kRemoveCursor, bucket, tenant.id());
    }
  }
}

void FindDestination::execute(Transaction& transaction, storage::Slots<FindDestination> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, id] = slot.input;
    const pqxx::result rows = transaction.execute(kDestination, tenant.home(), tenant.id(), id);
    slot.output = std::nullopt;
    if (!rows.empty()) slot.output = read_destination(rows.front());
  }
}

}  // namespace remit::webhooks
