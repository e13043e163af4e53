#include "remit/webhooks/upkeep_operations.hpp"

#include <utility>

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

using storage::Statement;
using storage::Transaction;

constexpr Statement kForget{"webhook_forget_secrets", R"(
    UPDATE webhook_endpoint
    SET previous_secret = NULL, previous_public_key = NULL, previous_until = NULL
    WHERE previous_until <= now())"};

constexpr Statement kSealed{"webhook_list_sealed", R"(
    SELECT bucket, tenant_id, endpoint_id, secret, previous_secret, headers FROM webhook_endpoint
    WHERE (bucket, tenant_id, endpoint_id) > ($1::smallint, $2::integer, $3::uuid)
    ORDER BY bucket, tenant_id, endpoint_id LIMIT $4)"};

constexpr Statement kReseal{"webhook_reseal", R"(
    UPDATE webhook_endpoint SET secret = $7, previous_secret = $8, headers = $9
    WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3 AND secret = $4
      AND previous_secret IS NOT DISTINCT FROM $5 AND headers IS NOT DISTINCT FROM $6
    RETURNING 1)"};

constexpr Statement kNextEndpoint{"webhook_next_endpoint", R"(
    SELECT bucket, tenant_id, endpoint_id FROM webhook_delivery
    WHERE (bucket, tenant_id, endpoint_id) > ($1::smallint, $2::integer, $3::uuid)
    ORDER BY bucket, tenant_id, endpoint_id LIMIT 1)"};

// The lowest numbers are the oldest; what has been begun again since then stays.
constexpr Statement kRemove{"webhook_remove_deliveries", R"(
    DELETE FROM webhook_delivery d
    USING (SELECT sequence FROM webhook_delivery
           WHERE bucket = $1 AND tenant_id = $2 AND endpoint_id = $3
           ORDER BY sequence LIMIT $5) AS first
    WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.endpoint_id = $3
      AND d.sequence = first.sequence AND (d.lease_until IS NULL OR d.lease_until <= now())
      AND (d.updated_at < now() - $4 * interval '1 microsecond'
           OR NOT EXISTS (SELECT 1 FROM webhook_endpoint e
                          WHERE e.bucket = $1 AND e.tenant_id = $2 AND e.endpoint_id = $3)))"};

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

template <class... More>
pqxx::result after(Transaction& transaction, const Statement& statement,
                   const std::optional<EndpointKey>& key, const More&... more) {
  const std::int64_t bucket = key ? key->tenant.home().value() : -1;
  const std::int64_t tenant = key ? key->tenant.id().value() : 0;
  return transaction.execute(statement, bucket, tenant, key ? key->id : Uuid(), more...);
}

}  // namespace

void ForgetSecrets::execute(Transaction& transaction, storage::Slots<ForgetSecrets> slots) {
  for (auto& slot : slots) {
    slot.output = static_cast<std::int64_t>(transaction.execute(kForget).affected_rows());
  }
}

void ListSealed::execute(Transaction& transaction, storage::Slots<ListSealed> slots) {
  using Maybe = std::optional<std::string>;
  for (auto& slot : slots) {
    Output all;
    for (const auto& row : after(transaction, kSealed, slot.input.after, slot.input.limit)) {
      auto [home, tenant, endpoint, secret, previous, headers] =
          storage::read_row<Bucket, TenantId, Uuid, std::string, Maybe, Maybe>(row);
      all.push_back({.endpoint = {.tenant = Tenant(tenant, home, 1), .id = endpoint},
                     .texts = {.secret = std::move(secret),
                               .previous_secret = std::move(previous).value_or(""),
                               .headers = std::move(headers).value_or("")}});
    }
    slot.output = std::move(all);
  }
}

void ResealEndpoint::execute(Transaction& transaction, storage::Slots<ResealEndpoint> slots) {
  for (auto& slot : slots) {
    const auto& [which, before, after] = slot.input;
    slot.output = !transaction
                       .execute(kReseal, which.tenant.home(), which.tenant.id(), which.id,
                                before.secret, unless_empty(before.previous_secret),
                                unless_empty(before.headers), after.secret,
                                unless_empty(after.previous_secret), unless_empty(after.headers))
                       .empty();
  }
}

void RemoveDeliveries::execute(Transaction& transaction, storage::Slots<RemoveDeliveries> slots) {
  for (auto& slot : slots) {
    slot.output = Output{};
    const pqxx::result next = after(transaction, kNextEndpoint, slot.input.after);
    if (next.empty()) continue;
    const auto [home, tenant, endpoint] = storage::read_row<Bucket, TenantId, Uuid>(next.front());
    const pqxx::result removed = transaction.execute(
        kRemove, home, tenant, endpoint, std::int64_t{slot.input.keep.count()}, slot.input.limit);
    slot.output->removed = static_cast<std::int64_t>(removed.affected_rows());
    slot.output->endpoint = EndpointKey{.tenant = Tenant(tenant, home, 1), .id = endpoint};
  }
}

}  // namespace remit::webhooks
