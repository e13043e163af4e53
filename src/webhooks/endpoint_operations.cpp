#include "remit/webhooks/endpoint_operations.hpp"

#include <algorithm>

#include "remit/base/text.hpp"
#include "remit/storage/composed_statement.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

using storage::ComposedStatement;
using storage::Statement;
using storage::Transaction;

constexpr std::string_view kColumns =
    "endpoint_id, url, events, description, mode, max_per_second, header_names, signature,"
    " public_key, CASE WHEN previous_until > now() THEN previous_public_key END,"
    " CASE WHEN previous_until > now() THEN previous_until END, disabled_reason, created_at,"
    " updated_at";

constexpr Statement kCount{"webhook_endpoint_count", R"(
    SELECT count(*) FROM webhook_endpoint WHERE bucket = $1 AND tenant_id = $2)"};

const ComposedStatement kInsert("webhook_endpoint_insert", R"(
    INSERT INTO webhook_endpoint (bucket, tenant_id, endpoint_id, url, events, description, mode,
                                  max_per_second, header_names, headers, signature, secret,
                                  public_key, enabled, disabled_reason, created_at, updated_at)
    VALUES ($1::smallint, $2::integer, $3::uuid, $4, $5, $6, $7, $8::integer, $9, $10, $11, $12,
            $13, $14::text IS NULL, $14, now(), now())
    RETURNING {columns})",
                                {{"{columns}", kColumns}});

const ComposedStatement kFind("webhook_endpoint_find", R"(
    SELECT {columns} FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3)",
                              {{"{columns}", kColumns}});

const ComposedStatement kList("webhook_endpoint_list", R"(
    SELECT {columns} FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2
      AND (created_at, endpoint_id) < (coalesce($3::timestamptz, 'infinity'),
                                       coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY created_at DESC, endpoint_id DESC LIMIT $5::bigint)",
                              {{"{columns}", kColumns}});

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
                                {{"{columns}", kColumns}});

const ComposedStatement kRotate("webhook_secret_rotate", R"(
    UPDATE webhook_endpoint SET
      previous_secret = CASE WHEN $7::bigint > 0 THEN secret END,
      previous_public_key = CASE WHEN $7::bigint > 0 THEN public_key END,
      previous_until = CASE WHEN $7::bigint > 0 THEN now() + $7 * interval '1 microsecond' END,
      signature = $4, secret = $5, public_key = $6, updated_at = now()
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3
    RETURNING {columns})",
                                {{"{columns}", kColumns}});

constexpr Statement kDelete{"webhook_endpoint_delete", R"(
    DELETE FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3 RETURNING 1)"};

constexpr Statement kDestination{"webhook_destination_find", R"(
    SELECT url, mode, headers, secret,
           CASE WHEN previous_until > now() THEN previous_secret END
    FROM webhook_endpoint WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3)"};

std::vector<std::string> split(std::string_view words) {
  std::vector<std::string> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    all.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return all;
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> joined(const std::optional<std::vector<std::string>>& words) {
  return words ? std::optional(join(*words, " ")) : std::nullopt;
}

Mode read_mode(std::string_view text) {
  return text == to_string(Mode::thin) ? Mode::thin : Mode::full;
}

Endpoint read_endpoint(const pqxx::row& row) {
  using Text = std::string;
  using Maybe = std::optional<std::string>;
  auto [id, url, events, description, mode, max_per_second, header_names, signature, public_key,
        previous_public_key, previous_until, disabled_reason, created_at, updated_at] =
      storage::read_row<Uuid, Text, Text, Text, Text, std::int64_t, Text, Text, Maybe, Maybe,
                        std::optional<Timestamp>, Maybe, Timestamp, Timestamp>(row);
  return {.id = id,
          .url = std::move(url),
          .events = split(events),
          .description = std::move(description),
          .mode = read_mode(mode),
          .max_per_second = max_per_second,
          .header_names = split(header_names),
          .signature = signature == to_string(KeyKind::pair) ? KeyKind::pair : KeyKind::shared,
          .public_key = std::move(public_key).value_or(""),
          .previous_public_key = std::move(previous_public_key).value_or(""),
          .previous_until = previous_until,
          .disabled_reason = std::move(disabled_reason).value_or(""),
          .created_at = created_at,
          .updated_at = updated_at};
}

std::optional<Endpoint> first_of(const pqxx::result& rows) {
  return rows.empty() ? std::nullopt : std::optional(read_endpoint(rows.front()));
}

Result<Endpoint> insert(Transaction& transaction, const InsertEndpoint::Input& input) {
  const Bucket bucket = input.tenant.home();
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
  for (auto& slot : slots) slot.output = insert(transaction, slot.input);
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
  for (auto& slot : slots) {
    const auto& [tenant, id] = slot.input;
    slot.output = !transaction.execute(kDelete, tenant.home(), tenant.id(), id).empty();
  }
}

void FindDestination::execute(Transaction& transaction, storage::Slots<FindDestination> slots) {
  using Maybe = std::optional<std::string>;
  for (auto& slot : slots) {
    const auto& [tenant, id] = slot.input;
    const pqxx::result rows = transaction.execute(kDestination, tenant.home(), tenant.id(), id);
    slot.output = std::nullopt;
    if (rows.empty()) continue;
    auto [url, mode, headers, secret, previous] =
        storage::read_row<std::string, std::string, Maybe, std::string, Maybe>(rows.front());
    SealedDestination found{.url = std::move(url),
                            .mode = read_mode(mode),
                            .headers = std::move(headers).value_or(""),
                            .secrets = {std::move(secret)}};
    if (previous) found.secrets.push_back(*std::move(previous));
    slot.output = std::move(found);
  }
}

}  // namespace remit::webhooks
