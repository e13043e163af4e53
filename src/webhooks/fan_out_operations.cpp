#include "remit/webhooks/fan_out_operations.hpp"

#include <string>
#include <vector>

#include "delivery_sql.hpp"
#include "endpoint_sql.hpp"
#include "remit/outbox/event_sql.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

using storage::Statement;
using storage::Transaction;

constexpr Statement kLook{"webhook_look_for_news", R"(
    SELECT owner IS DISTINCT FROM $1 AND ends_at > now(),
           ends_at <= now() + $2 * interval '1 microsecond',
           EXISTS (SELECT 1 FROM webhook_cursor c
                   JOIN event_head h ON h.bucket = c.bucket AND h.tenant_id = c.tenant_id
                                    AND h.last_sequence > c.sequence)
    FROM webhook_turn WHERE one)"};

// The instance that gives events to endpoints holds this row until that is committed.
constexpr Statement kTake{"webhook_turn_take", R"(
    UPDATE webhook_turn
    SET version = version + 1, owner = $1, ends_at = now() + $2 * interval '1 microsecond'
    WHERE one AND (owner = $1 OR ends_at <= now())
    RETURNING version)"};

constexpr Statement kLeave{
    "webhook_turn_leave", "UPDATE webhook_turn SET ends_at = '-infinity' WHERE one AND owner = $1"};

constexpr Statement kBehind{"webhook_cursors_behind", R"(
    SELECT c.bucket, c.tenant_id
    FROM webhook_cursor c
    JOIN event_head h ON h.bucket = c.bucket AND h.tenant_id = c.tenant_id
                     AND h.last_sequence > c.sequence
    WHERE (c.bucket, c.tenant_id) > ($1::smallint, $2::integer)
    ORDER BY c.bucket, c.tenant_id LIMIT $3)"};

// Without endpoints by now: nothing. The time is that of the lock: what is due by it is due in the
// order of the events, whichever instance had the turn before.
constexpr Statement kLock{"webhook_cursor_find", R"(
    SELECT c.sequence, h.last_sequence, clock_timestamp()
    FROM webhook_cursor c
    JOIN event_head h ON h.bucket = c.bucket AND h.tenant_id = c.tenant_id
    WHERE c.bucket = $1 AND c.tenant_id = $2 FOR UPDATE OF c)"};

constexpr Statement kSubscribers{"webhook_subscribers", R"(
    SELECT endpoint_id, events, after_sequence FROM webhook_endpoint
    WHERE bucket = $1 AND tenant_id = $2 AND enabled)"};

const storage::ComposedStatement kInsert("webhook_delivery_insert", R"(
    INSERT INTO webhook_delivery (bucket, {columns}, state, attempts, due_at, version, created_at,
                                  updated_at)
    SELECT {bucket}, new.*, 'pending', 0, {due_at}, 0, now(), now() FROM {deliveries}
    ON CONFLICT DO NOTHING)",
                                         {{"{columns}", storage::names(kNewDeliveryColumns)},
                                          {"{bucket}", storage::parameter("smallint")},
                                          {"{due_at}", storage::parameter("timestamptz")},
                                          {"{deliveries}",
                                           storage::unnest(kNewDeliveryColumns, "new")}});

constexpr Statement kMove{"webhook_cursor_move", R"(
    UPDATE webhook_cursor SET sequence = $3, version = version + 1
    WHERE bucket = $1 AND tenant_id = $2)"};

struct Subscriber {
  Uuid endpoint;
  std::vector<std::string> patterns;
  std::int64_t after = 0;
};

/// Of one turn.
class FanningOut {
 public:
  FanningOut(Transaction& transaction, const FanOutEvents::Input& input)
      : transaction_(transaction), input_(input) {}

  FanOutEvents::Output run() {
    const auto lease_us = std::int64_t{input_.lease.count()};
    output_.is_ours = !transaction_.execute(kTake, input_.owner, lease_us).empty();
    if (!output_.is_ours) return output_;
    std::int64_t begun = 0;
    for (const Tenant& tenant : behind()) {
      if (begun++ == input_.tenants || output_.deliveries > input_.deliveries) {
        output_.has_more = true;
        output_.last_tenant = last_;
        break;
      }
      serve(tenant);
      last_ = {tenant.home(), tenant.id()};
    }
    if (input_.after) output_.has_more = true;  // of those before it
    return output_;
  }

 private:
  [[nodiscard]] std::vector<Tenant> behind() const {
    std::vector<Tenant> tenants;
    const std::int64_t bucket = input_.after ? input_.after->first.value() : -1;
    const std::int64_t id = input_.after ? input_.after->second.value() : 0;
    for (const auto& row : transaction_.execute(kBehind, bucket, id, input_.tenants + 1)) {
      const auto [home, tenant] = storage::read_row<Bucket, TenantId>(row);
      tenants.emplace_back(tenant, home, std::int16_t{1});
    }
    return tenants;
  }

  void serve(const Tenant& tenant) {
    const pqxx::result rows = transaction_.execute(kLock, tenant.home(), tenant.id());
    if (rows.empty()) return;
    const auto [from, last, now] =
        storage::read_row<std::int64_t, std::int64_t, Timestamp>(rows.front());
    const std::vector<Subscriber> subscribers = subscribers_of(tenant);
    std::vector<outbox::Event> events;
    if (!subscribers.empty()) {
      events = outbox::read_events(transaction_,
                                   {.tenant = tenant, .after = from, .limit = input_.events});
    }
    give(tenant, subscribers, events, now);
    // Without subscribers, or when they were removed, nothing is left to be given of them.
    const std::int64_t to = events.empty() ? last : events.back().sequence;
    output_.has_more = output_.has_more || to < last;
    output_.events += static_cast<std::int64_t>(events.size());
    transaction_.execute(kMove, tenant.home(), tenant.id(), to);
  }

  [[nodiscard]] std::vector<Subscriber> subscribers_of(const Tenant& tenant) const {
    std::vector<Subscriber> subscribers;
    for (const auto& row : transaction_.execute(kSubscribers, tenant.home(), tenant.id())) {
      const auto [endpoint, patterns, after] =
          storage::read_row<Uuid, std::string, std::int64_t>(row);
      subscribers.push_back(
          {.endpoint = endpoint, .patterns = split_words(patterns), .after = after});
    }
    return subscribers;
  }

  void give(const Tenant& tenant, const std::vector<Subscriber>& subscribers,
            const std::vector<outbox::Event>& events, Timestamp now) {
    storage::RowArrays<NewDelivery> deliveries(kNewDeliveryColumns);
    std::int64_t count = 0;
    for (const outbox::Event& event : events) {
      for (const Subscriber& one : subscribers) {
        if (event.sequence <= one.after || !wants(one.patterns, event)) continue;
        deliveries.add(new_delivery(tenant, one.endpoint, event));
        ++count;
      }
    }
    if (count > 0) transaction_.execute(kInsert, tenant.home(), now, deliveries);
    output_.deliveries += count;
  }

  Transaction& transaction_;
  const FanOutEvents::Input& input_;
  FanOutEvents::Output output_;
  std::optional<FanOutEvents::Place> last_;
};

}  // namespace

void LookForNews::execute(Transaction& transaction, storage::Slots<LookForNews> slots) {
  for (auto& slot : slots) {
    const pqxx::result rows =
        transaction.execute(kLook, slot.input.owner, std::int64_t{slot.input.renew_before.count()});
    const auto [is_anothers, is_ending, has_news] =
        storage::read_row<bool, bool, bool>(rows.front());
    slot.output = Output{.is_anothers = is_anothers, .is_ending = is_ending, .has_news = has_news};
  }
}

void FanOutEvents::execute(Transaction& transaction, storage::Slots<FanOutEvents> slots) {
  for (auto& slot : slots) slot.output = FanningOut(transaction, slot.input).run();
}

void LeaveFanOut::execute(Transaction& transaction, storage::Slots<LeaveFanOut> slots) {
  for (auto& slot : slots) transaction.execute(kLeave, slot.input.owner);
}

}  // namespace remit::webhooks
