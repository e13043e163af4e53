#include "remit/auth/key_operations.hpp"

#include <algorithm>
#include <map>

#include "remit/net/problems.hpp"
#include "remit/storage/columns.hpp"

namespace remit::auth {
namespace {

using storage::ArrayParameter;
using storage::ComposedStatement;
using storage::Statement;
using storage::Transaction;

constexpr std::string_view kColumns =
    "key_id, name, scopes, requests_per_second, burst, created_at,"
    " least(expires_at, replaced_at) AS expires_at, last_used_at, revoked_at, made_by";

const ComposedStatement kInsert("api_key_insert", R"(
    INSERT INTO api_key (key_id, tenant_id, name, scopes, secret_hash, requests_per_second, burst,
                         created_at, expires_at, made_by)
    VALUES ($1::uuid, $2::integer, $3, $4, $5, $6::bigint, $7::bigint, now(), $8::timestamptz,
            $9::uuid)
    RETURNING {columns})",
                                {{"{columns}", kColumns}});

// A revocation of the key waits for what the key does, or comes before it.
constexpr Statement kCaller{"api_key_caller", R"(
    SELECT requests_per_second, burst FROM api_key
    WHERE key_id = $1::uuid AND tenant_id = $2::integer AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > now())
      AND (replaced_at IS NULL OR replaced_at > now())
    FOR SHARE)"};

constexpr Statement kCountActive{"api_key_count_active", R"(
    SELECT count(*) FROM api_key
    WHERE tenant_id = $1::integer AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > now())
      AND (replaced_at IS NULL OR replaced_at > now()))"};

// Two that rotate the same key take turns, and the second finds it as the first has left it.
const ComposedStatement kLock("api_key_lock", R"(
    SELECT {columns}, expires_at AS meant_until FROM api_key
    WHERE key_id = $1::uuid AND tenant_id = $2::integer FOR UPDATE)",
                              {{"{columns}", kColumns}});

// When the lock is there, and when the transaction began, which may have been long before.
constexpr Statement kTime{"api_key_time", "SELECT clock_timestamp(), now()"};

constexpr Statement kReplace{"api_key_replace", R"(
    UPDATE api_key SET replaced_at = $3::timestamptz
    WHERE key_id = $1::uuid AND tenant_id = $2::integer)"};

// Without a tenant: of any.
const ComposedStatement kRevoke("api_key_revoke", R"(
    UPDATE api_key SET revoked_at = now()
    WHERE key_id = $1::uuid AND ($2::integer IS NULL OR tenant_id = $2::integer)
      AND revoked_at IS NULL
    RETURNING {columns})",
                                {{"{columns}", kColumns}});

const ComposedStatement kLimit("api_key_limit", R"(
    UPDATE api_key SET requests_per_second = $2::bigint, burst = $3::bigint
    WHERE key_id = $1::uuid RETURNING {columns})",
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
    SELECT k.key_id, k.name, k.scopes, k.requests_per_second, k.burst, k.created_at,
           least(k.expires_at, k.replaced_at), k.last_used_at, k.revoked_at, k.made_by,
           k.secret_hash, t.tenant_id, t.home, t.spread
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
  auto [id, name, scopes, per_second, burst, created_at, expires_at, last_used_at, revoked_at,
        made_by] =
      storage::read_row<Uuid, std::string, std::string, std::optional<std::int64_t>,
                        std::optional<std::int64_t>, Timestamp, std::optional<Timestamp>,
                        std::optional<Timestamp>, std::optional<Timestamp>, std::optional<Uuid>>(
          row);
  ApiKey key{.id = id,
             .name = std::move(name),
             .scopes = parse_scopes(scopes),
             .limit = {},
             .created_at = created_at,
             .expires_at = expires_at,
             .last_used_at = last_used_at,
             .revoked_at = revoked_at,
             .made_by = made_by};
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

/// Problem: the key of the request is not active any more.
Result<std::optional<net::RequestLimit>> limit_of_caller(Transaction& transaction, TenantId tenant,
                                                         const std::optional<Uuid>& caller) {
  if (!caller) return std::nullopt;
  const pqxx::result rows = transaction.execute(kCaller, *caller, tenant);
  if (rows.empty()) return fail(net::kUnauthenticated, "the API key is not active any more");
  const auto [per_second, burst] =
      storage::read_row<std::optional<std::int64_t>, std::optional<std::int64_t>>(rows.front());
  if (!per_second || !burst) return std::nullopt;
  return net::RequestLimit{*per_second, *burst};
}

Result<ApiKey> insert(Transaction& transaction, const InsertKey::Input& input) {
  const pqxx::result made = transaction.execute(
      kInsert, input.id, input.tenant, input.name, scopes_text(input.scopes), input.secret_hash,
      per_second_of(input.limit), burst_of(input.limit), input.expires_at, input.by);
  return read_key(made.front());
}

/// For one more that a key makes.
Result<void> has_room(Transaction& transaction, TenantId tenant, const std::optional<Uuid>& by) {
  if (!by) return {};
  const auto active = storage::read_value<std::int64_t>(transaction.execute(kCountActive, tenant));
  if (active < kMostActiveKeys) return {};
  return fail(kTooManyKeys, "the tenant has " + std::to_string(active) +
                                " active API keys: revoke those that are not needed");
}

Result<ApiKey> make(Transaction& transaction, InsertKey::Input input) {
  const auto limit = limit_of_caller(transaction, input.tenant, input.by);
  if (!limit) return fail(limit.error());
  const Result<void> room = has_room(transaction, input.tenant, input.by);
  if (!room) return fail(room.error());
  if (*limit) input.limit = *limit;
  return insert(transaction, input);
}

Result<ApiKey> rotate(Transaction& transaction, const RotateKey::Input& input) {
  const auto caller = limit_of_caller(transaction, input.tenant, input.by);
  if (!caller) return fail(caller.error());
  const pqxx::result locked = transaction.execute(kLock, input.old_id, input.tenant);
  if (locked.empty()) {
    return fail(kKeyNotFound, "there is no API key " + input.old_id.to_string());
  }
  const ApiKey old = read_key(locked.front());
  const auto [now, begun_at] =
      storage::read_row<Timestamp, Timestamp>(transaction.execute(kTime).front());
  if (state_of(old, now) != "active") {
    return fail(kKeyNotActive, "the API key " + input.old_id.to_string() +
                                   " is revoked or has expired: make a new one");
  }
  const Result<void> room = has_room(transaction, input.tenant, input.by);
  if (!room) return fail(room.error());
  const Timestamp end = now + input.overlap;
  transaction.execute(kReplace, input.old_id, input.tenant,
                      std::min(end, old.expires_at.value_or(end)));
  InsertKey::Input made{.tenant = input.tenant,
                        .by = input.by,
                        .id = input.id,
                        .secret_hash = input.secret_hash,
                        .name = old.name,
                        .scopes = old.scopes,
                        .limit = old.limit,
                        .expires_at = {}};
  const auto meant = storage::read<std::optional<Timestamp>>(locked.front()["meant_until"]);
  if (meant) made.expires_at = begun_at + (*meant - old.created_at);
  return insert(transaction, made);
}

Result<std::optional<ApiKey>> revoke(Transaction& transaction, const RevokeKey::Input& input) {
  if (input.tenant) {
    const auto caller = limit_of_caller(transaction, *input.tenant, input.by);
    if (!caller) return fail(caller.error());
  }
  pqxx::result rows = transaction.execute(kRevoke, input.id, input.tenant);
  if (rows.empty()) rows = transaction.execute(kShow, input.id, input.tenant);
  return rows.empty() ? std::nullopt : std::optional(read_key(rows.front()));
}

}  // namespace

// Keys are made one at a time by people: a batch holds one of these, seldom more.
void InsertKey::execute(Transaction& transaction, storage::Slots<InsertKey> slots) {
  for (auto& slot : slots) slot.output = make(transaction, slot.input);
}

void RotateKey::execute(Transaction& transaction, storage::Slots<RotateKey> slots) {
  for (auto& slot : slots) slot.output = rotate(transaction, slot.input);
}

void RevokeKey::execute(Transaction& transaction, storage::Slots<RevokeKey> slots) {
  for (auto& slot : slots) slot.output = revoke(transaction, slot.input);
}

void LimitKey::execute(Transaction& transaction, storage::Slots<LimitKey> slots) {
  for (auto& slot : slots) {
    const auto& limit = slot.input.limit;
    const pqxx::result rows =
        transaction.execute(kLimit, slot.input.id, per_second_of(limit), burst_of(limit));
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
