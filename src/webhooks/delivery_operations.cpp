#include "remit/webhooks/delivery_operations.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "delivery_sql.hpp"
#include "endpoint_sql.hpp"
#include "remit/outbox/event_sql.hpp"
#include "remit/storage/composed_statement.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

using storage::column;
using storage::ComposedStatement;
using storage::Statement;
using storage::Transaction;

DeliveryState read_state(std::string_view text) {
  for (const DeliveryState state : kDeliveryStates) {
    if (text == to_string(state)) return state;
  }
  throw std::runtime_error("a delivery in an unknown state");
}

constexpr storage::Column<Delivery> kColumns[] = {
    column<Delivery, &Delivery::id>("delivery_id"),
    column<Delivery, &Delivery::endpoint>("endpoint_id"),
    column<Delivery, &Delivery::sequence>("sequence"),
    column<Delivery, &Delivery::event_type>("event_type"),
    {{"state", "text"},
     nullptr,
     [](Delivery& row, const pqxx::field& field) {
       row.state = read_state(storage::read<std::string>(field));
     }},
    column<Delivery, &Delivery::attempts>("attempts"),
    column<Delivery, &Delivery::due_at>("due_at"),
    column<Delivery, &Delivery::last_attempt_at>("last_attempt_at"),
    column<Delivery, &Delivery::last_status>("last_status"),
    storage::nullable_text<Delivery, &Delivery::last_error>("last_error"),
    column<Delivery, &Delivery::created_at>("created_at"),
    column<Delivery, &Delivery::updated_at>("updated_at")};

const ComposedStatement kFind("webhook_delivery_find", R"(
    SELECT {columns}, CASE WHEN $4 THEN answer END AS answer FROM webhook_delivery d
    WHERE bucket = $1 AND tenant_id = $2 AND delivery_id = $3
      AND EXISTS (SELECT 1 FROM webhook_endpoint e
                  WHERE e.bucket = $1 AND e.tenant_id = $2 AND e.endpoint_id = d.endpoint_id))",
                              {{"{columns}", storage::names(kColumns)}});

/// Each condition is one that an index has, which it would not be as a parameter.
ComposedStatement list_of(const char* name, std::string_view condition) {
  return {name,
          R"(
    SELECT {columns}, CASE WHEN $6 THEN answer END AS answer FROM webhook_delivery
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3
      AND sequence < coalesce($4::bigint, 9223372036854775807) {condition}
    ORDER BY sequence DESC LIMIT $5)",
          {{"{columns}", storage::names(kColumns)}, {"{condition}", condition}}};
}
const ComposedStatement kListAll = list_of("webhook_delivery_list", "");
const ComposedStatement kListPending =
    list_of("webhook_delivery_list_pending", "AND state = 'pending'");
const ComposedStatement kListDelivered =
    list_of("webhook_delivery_list_delivered", "AND state = 'delivered'");
const ComposedStatement kListDead =
    list_of("webhook_delivery_list_dead", "AND state = 'dead_lettered'");

constexpr Statement kEndpoint{"webhook_delivery_endpoint", R"(
    SELECT enabled, events, coalesce((SELECT sequence FROM webhook_cursor
                                      WHERE bucket = $1 AND tenant_id = $2), 0)
    FROM webhook_endpoint WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3)"};

// One that is leased is being attempted, and its outcome must be the last word.
constexpr Statement kRedeliver{"webhook_redeliver", R"(
    UPDATE webhook_delivery
    SET state = 'pending', attempts = CASE WHEN state = 'pending' THEN attempts ELSE 0 END,
        due_at = now(), lease_until = NULL, version = version + 1, updated_at = now()
    WHERE bucket = $1 AND tenant_id = $2 AND delivery_id = $3
      AND (lease_until IS NULL OR lease_until <= now()))"};

const ComposedStatement kReplay("webhook_replay", R"(
    INSERT INTO webhook_delivery AS d (bucket, {columns}, state, attempts, due_at, version,
                                       created_at, updated_at)
    SELECT {bucket}, new.*, 'pending', 0, now(), 0, now(), now() FROM {deliveries}
    ON CONFLICT (bucket, tenant_id, endpoint_id, sequence) DO UPDATE
    SET state = 'pending', attempts = 0, due_at = now(), version = d.version + 1,
        updated_at = now()
    WHERE d.state <> 'pending'
    RETURNING 1)",
                                {{"{columns}", storage::names(kNewDeliveryColumns)},
                                 {"{bucket}", storage::parameter("smallint")},
                                 {"{deliveries}", storage::unnest(kNewDeliveryColumns, "new")}});

const ComposedStatement& list_for(const std::optional<DeliveryState>& state) {
  if (!state) return kListAll;
  switch (*state) {
    case DeliveryState::pending:
      return kListPending;
    case DeliveryState::delivered:
      return kListDelivered;
    case DeliveryState::dead_lettered:
      break;
  }
  return kListDead;
}

std::vector<Delivery> read_deliveries(const pqxx::result& rows) {
  std::vector<Delivery> deliveries;
  const storage::RowReader<Delivery> reader(kColumns, rows);
  for (const auto& row : rows) {
    Delivery delivery = reader.read(row, {});
    delivery.answer = storage::read<std::optional<std::string>>(row["answer"]);
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

std::optional<Delivery> find(Transaction& transaction, const DeliveryId& which, bool with_answer) {
  const pqxx::result rows =
      transaction.execute(kFind, which.tenant.home(), which.tenant.id(), which.id, with_answer);
  auto found = read_deliveries(rows);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

struct EndpointState {
  bool enabled = false;
  std::vector<std::string> patterns;
  std::int64_t cursor = 0;
};

std::optional<EndpointState> state_of(Transaction& transaction, const EndpointKey& endpoint) {
  const Tenant& tenant = endpoint.tenant;
  const pqxx::result rows = transaction.execute(kEndpoint, tenant.home(), tenant.id(), endpoint.id);
  if (rows.empty()) return std::nullopt;
  const auto [enabled, patterns, cursor] =
      storage::read_row<bool, std::string, std::int64_t>(rows.front());
  return EndpointState{.enabled = enabled, .patterns = split_words(patterns), .cursor = cursor};
}

Problem is_disabled(const Uuid& endpoint) {
  return {kEndpointDisabled,
          "the webhook endpoint " + endpoint.to_string() + " is disabled: enable it first"};
}

Result<std::optional<Delivery>> redeliver(Transaction& transaction, const DeliveryId& which) {
  const auto found = find(transaction, which, false);
  if (!found) return std::nullopt;
  const auto endpoint = state_of(transaction, {.tenant = which.tenant, .id = found->endpoint});
  if (!endpoint) return std::nullopt;
  if (!endpoint->enabled) return fail(is_disabled(found->endpoint));
  transaction.execute(kRedeliver, which.tenant.home(), which.tenant.id(), which.id);
  return find(transaction, which, false);
}

Result<ReplayEvents::Output> replay(Transaction& transaction, const ReplayEvents::Input& input) {
  const EndpointKey& key = input.endpoint;
  const Tenant& tenant = key.tenant;
  const auto endpoint = state_of(transaction, key);
  if (!endpoint) {
    return fail(kEndpointNotFound, "there is no webhook endpoint " + key.id.to_string());
  }
  if (!endpoint->enabled) return fail(is_disabled(key.id));
  ReplayEvents::Output output{.seen = std::max(input.after, endpoint->cursor)};
  const auto first = outbox::first_event_since(transaction, tenant, input.since);
  if (!first) return output;
  const std::int64_t after = std::max(input.after, *first - 1);
  storage::RowArrays<NewDelivery> deliveries(kNewDeliveryColumns);
  bool has_some = false;
  for (const outbox::Event& event : outbox::read_events(
           transaction, {.tenant = tenant, .after = after, .limit = input.events})) {
    // Those behind the cursor reach the endpoint anyway.
    if (event.sequence > endpoint->cursor) break;
    output.seen = event.sequence;
    output.has_more = event.sequence < endpoint->cursor;
    if (event.at < input.since || !wants(endpoint->patterns, event)) continue;
    deliveries.add(new_delivery(tenant, key.id, event));
    has_some = true;
  }
  if (has_some) {
    const pqxx::result begun = transaction.execute(kReplay, tenant.home(), deliveries);
    output.begun = static_cast<std::int64_t>(begun.size());
  }
  return output;
}

}  // namespace

void FindDelivery::execute(Transaction& transaction, storage::Slots<FindDelivery> slots) {
  for (auto& slot : slots) {
    slot.output = find(transaction, slot.input.which, slot.input.with_answer);
  }
}

void ListDeliveries::execute(Transaction& transaction, storage::Slots<ListDeliveries> slots) {
  for (auto& slot : slots) {
    const Input& input = slot.input;
    slot.output = std::nullopt;
    if (!state_of(transaction, input.endpoint)) continue;
    const Tenant& tenant = input.endpoint.tenant;
    slot.output = read_deliveries(transaction.execute(list_for(input.state), tenant.home(),
                                                      tenant.id(), input.endpoint.id, input.before,
                                                      input.limit, input.with_answer));
  }
}

// Redelivered by people, one at a time.
void RedeliverEvent::execute(Transaction& transaction, storage::Slots<RedeliverEvent> slots) {
  for (auto& slot : slots) slot.output = redeliver(transaction, slot.input);
}

void ReplayEvents::execute(Transaction& transaction, storage::Slots<ReplayEvents> slots) {
  for (auto& slot : slots) slot.output = replay(transaction, slot.input);
}

}  // namespace remit::webhooks
