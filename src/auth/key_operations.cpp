#include "remit/auth/key_operations.hpp"

#include <algorithm>
#include <map>

#include "remit/storage/columns.hpp"

namespace remit::auth {
namespace {

using storage::ArrayParameter;
using storage::ComposedStatement;
using storage::Statement;
using storage::Transaction;

constexpr std::string_view kColumns =
    "key_id, name, scopes, requests_per_second, burst, created_at, expires_at, last_used_at,"
    " revoked_at";

const ComposedStatement kInsert("api_key_insert", R"(
    INSERT INTO api_key (key_id, tenant_id, name, scopes, secret_hash, requests_per_second, burst,
                         created_at, expires_at)
    VALUES ($1::uuid, $2::integer, $3, $4, $5, $6::bigint, $7::bigint, now(), $8::timestamptz)
    RETURNING {columns})",
                                {{"{columns}", kColumns}});

// Two that rotate the same key take turns, and the second finds it as the first has left it.
const ComposedStatement kLock("api_key_lock", R"(
    SELECT {columns}, now() FROM api_key
    WHERE key_id = $1::uuid AND tenant_id = $2::integer FOR UPDATE)",
                              {{"{columns}", kColumns}});

constexpr Statement kExpire{"api_key_expire", R"(
    UPDATE api_key SET expires_at = $3::timestamptz
    WHERE key_id = $1::uuid AND tenant_id = $2::integer)"};

// Without a tenant: of any.
const ComposedStatement kRevoke("api_key_revoke", R"(
    UPDATE api_key SET revoked_at = now()
    WHERE key_id = $1::uuid AND ($2::integer IS NULL OR tenant_id = $2::integer)
      AND revoked_at IS NULL
    RETURNING {columns})",
                                {{"{columns}", kColumns}});

const ComposedStatement kShow("api_key_show", R"(
    SELECT {columns} FROM api_key
    WHERE key_id = $1::uuid AND ($2::integer IS NULL OR tenant_id = $2::integer))",
                              {{"{columns}", kColumns}});

const ComposedStatement kList("api_key_list", R"(
    SELECT {columns} FROM api_key
    WHERE tenant_id = $1::integer
      AND (created_at, key_id) < (coalesce($2::timestamptz, 'infinity'),
                                  coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY created_at DESC, key_id DESC LIMIT $4::bigint)",
                              {{"{columns}", kColumns}});

constexpr Statement kFind{"api_key_find", R"(
    SELECT k.key_id, k.name, k.scopes, k.requests_per_second, k.burst, k.created_at, k.expires_at,
           k.last_used_at, k.revoked_at, k.secret_hash, t.tenant_id, t.home, t.spread
    FROM api_key k JOIN tenant t USING (tenant_id) WHERE k.key_id = ANY ($1::uuid[]))"};

// Locked in one order, so that instances with the same keys never wait for each other in a circle.
constexpr Statement kTouch{"api_key_touch", R"(
    WITH due AS (
      SELECT key_id FROM api_key
      WHERE key_id = ANY ($1::uuid[])
        AND coalesce(last_used_at <= now() - interval '1 minute', true)
      ORDER BY key_id FOR UPDATE SKIP LOCKED)
    UPDATE api_key SET last_used_at = now() FROM due WHERE api_key.key_id = due.key_id)"};

ApiKey read_key(const pqxx::row& row) {
  auto [id, name, scopes, per_second, burst, created_at, expires_at, last_used_at, revoked_at] =
      storage::read_row<Uuid, std::string, std::string, std::optional<std::int64_t>,
                        std::optional<std::int64_t>, Timestamp, std::optional<Timestamp>,
                        std::optional<Timestamp>, std::optional<Timestamp>>(row);
  ApiKey key{.id = id,
             .name = std::move(name),
             .scopes = parse_scopes(scopes),
             .limit = {},
             .created_at = created_at,
             .expires_at = expires_at,
             .last_used_at = last_used_at,
             .revoked_at = revoked_at};
  if (per_second && burst) key.limit.emplace(*per_second, *burst);
  return key;
}

KeyRecord read_record(const pqxx::row& row) {
  const Tenant tenant(storage::read<TenantId>(row["tenant_id"]), storage::read<Bucket>(row["home"]),
                      static_cast<std::int16_t>(storage::read<int>(row["spread"])));
  return {.key = read_key(row),
          .tenant = tenant,
          .secret_hash = storage::read<std::string>(row["secret_hash"])};
}

std::optional<std::int64_t> per_second_of(const std::optional<net::RequestLimit>& limit) {
  return limit ? std::optional(limit->per_second) : std::nullopt;
}
std::optional<std::int64_t> burst_of(const std::optional<net::RequestLimit>& limit) {
  return limit ? std::optional(limit->burst) : std::nullopt;
}

ApiKey insert(Transaction& transaction, const InsertKey::Input& input) {
  const pqxx::result made = transaction.execute(
      kInsert, input.id, input.tenant, input.name, scopes_text(input.scopes), input.secret_hash,
      per_second_of(input.limit), burst_of(input.limit), input.expires_at);
  return read_key(made.front());
}

Result<ApiKey> rotate(Transaction& transaction, const RotateKey::Input& input) {
  const pqxx::result locked = transaction.execute(kLock, input.old_id, input.tenant);
  if (locked.empty()) {
    return fail(kKeyNotFound, "there is no API key " + input.old_id.to_string());
  }
  const ApiKey old = read_key(locked.front());
  const auto now = storage::read<Timestamp>(locked.front()["now"]);
  if (state_of(old, now) != "active") {
    return fail(kKeyNotActive, "the API key " + input.old_id.to_string() +
                                   " is revoked or has expired: make a new one");
  }
  const Timestamp end = now + input.overlap;
  transaction.execute(kExpire, input.old_id, input.tenant,
                      std::min(end, old.expires_at.value_or(end)));
  InsertKey::Input made{.tenant = input.tenant,
                        .id = input.id,
                        .secret_hash = input.secret_hash,
                        .name = old.name,
                        .scopes = old.scopes,
                        .limit = old.limit,
                        .expires_at = {}};
  if (old.expires_at) made.expires_at = now + (*old.expires_at - old.created_at);
  return insert(transaction, made);
}

}  // namespace

// Keys are made one at a time by people: a batch holds one of these, seldom more.
void InsertKey::execute(Transaction& transaction, storage::Slots<InsertKey> slots) {
  for (auto& slot : slots) slot.output = insert(transaction, slot.input);
}

void RotateKey::execute(Transaction& transaction, storage::Slots<RotateKey> slots) {
  for (auto& slot : slots) slot.output = rotate(transaction, slot.input);
}

void RevokeKey::execute(Transaction& transaction, storage::Slots<RevokeKey> slots) {
  for (auto& slot : slots) {
    pqxx::result rows = transaction.execute(kRevoke, slot.input.id, slot.input.tenant);
    if (rows.empty()) rows = transaction.execute(kShow, slot.input.id, slot.input.tenant);
    slot.output = rows.empty() ? std::nullopt : std::optional(read_key(rows.front()));
  }
}

void ListKeys::execute(Transaction& transaction, storage::Slots<ListKeys> slots) {
  for (auto& slot : slots) {
    std::optional<Timestamp> before_time;
    std::optional<Uuid> before_id;
    if (slot.input.before) std::tie(before_time, before_id) = *slot.input.before;
    Output keys;
    for (const auto& row :
         transaction.execute(kList, slot.input.tenant, before_time, before_id, slot.input.limit)) {
      keys.push_back(read_key(row));
    }
    slot.output = std::move(keys);
  }
}

void FindKeys::execute(Transaction& transaction, storage::Slots<FindKeys> slots) {
  ArrayParameter wanted;
  for (const auto& slot : slots) {
    for (const Uuid& id : slot.input) wanted.add(id);
  }
  std::map<Uuid, KeyRecord> found;
  for (const auto& row : transaction.execute(kFind, wanted)) {
    KeyRecord record = read_record(row);
    found.emplace(record.key.id, std::move(record));
  }
  for (auto& slot : slots) {
    Output records;
    for (const Uuid& id : slot.input) {
      const auto record = found.find(id);
      if (record != found.end()) records.push_back(record->second);
    }
    slot.output = std::move(records);
  }
}

void TouchKeys::execute(Transaction& transaction, storage::Slots<TouchKeys> slots) {
  ArrayParameter used;
  for (const auto& slot : slots) {
    for (const Uuid& id : slot.input) used.add(id);
  }
  transaction.execute(kTouch, used);
}

}  // namespace remit::auth
