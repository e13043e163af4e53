#include "remit/outbox/event_operations.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "remit/outbox/event_sql.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::outbox {
namespace {

constexpr storage::Statement kLook{"event_look", R"(
    SELECT owner IS DISTINCT FROM $1 AND ends_at > now(),
           ends_at <= now() + $2 * interval '1 microsecond',
           (SELECT (extract(epoch FROM clock_timestamp() - min(at)) * 1000000)::bigint
            FROM (SELECT at FROM event_unnumbered LIMIT 1000) AS first)
    FROM event_turn WHERE one)"};

// From the body on that the first event wanted is in; no body more than it takes for so many
// events.
constexpr storage::Statement kRead{"event_read", R"(
    WITH wanted AS (
      SELECT r.*, sum(r.size) OVER (ORDER BY r.first_sequence) - r.size AS before
      FROM (SELECT first_sequence, size, body_bucket, batch_id, at FROM event_range
            WHERE bucket = $1 AND tenant_id = $2 AND first_sequence >= coalesce(
              (SELECT max(first_sequence) FROM event_range
               WHERE bucket = $1 AND tenant_id = $2 AND first_sequence <= $3), 0)
            ORDER BY first_sequence LIMIT $4 + 1) AS r)
    SELECT wanted.first_sequence, wanted.size, body.at, body.lines
    FROM wanted
    JOIN event_body body ON body.bucket = wanted.body_bucket AND body.batch_id = wanted.batch_id
                        AND body.at = wanted.at
    WHERE wanted.before <= $4
    ORDER BY wanted.first_sequence)"};

// The bodies that hold them, each once.
constexpr storage::Statement kFind{"event_find", R"(
    WITH held AS (
      SELECT DISTINCT r.first_sequence, r.size, r.body_bucket, r.batch_id, r.at
      FROM unnest($3::bigint[]) AS wanted (sequence)
      CROSS JOIN LATERAL (
        SELECT first_sequence, size, body_bucket, batch_id, at FROM event_range
        WHERE bucket = $1 AND tenant_id = $2 AND first_sequence <= wanted.sequence
        ORDER BY first_sequence DESC LIMIT 1) AS r
      WHERE r.first_sequence + r.size > wanted.sequence)
    SELECT held.first_sequence, held.size, body.at, body.lines
    FROM held
    JOIN event_body body ON body.bucket = held.body_bucket AND body.batch_id = held.batch_id
                        AND body.at = held.at)"};

constexpr storage::Statement kSince{"event_since", R"(
    SELECT first_sequence FROM event_range
    WHERE bucket = $1 AND tenant_id = $2 AND at >= $3 ORDER BY first_sequence LIMIT 1)"};

constexpr storage::Statement kLast{"event_last", R"(
    SELECT tenant_id, last_sequence FROM event_head
    JOIN unnest($1::integer[], $2::integer[]) AS wanted (bucket, tenant_id)
      USING (bucket, tenant_id))"};

constexpr storage::Statement kKeep{"event_keep", R"(
    SELECT event_keep_partitions($1 * interval '1 microsecond'))"};

/// Calls `each` with the line and its place among the lines.
template <class Each>
void for_each_line(std::string_view lines, Each each) {
  for (std::int64_t place = 0; !lines.empty(); ++place) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    each(lines.substr(0, end), place);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

/// Calls `keep` with each event of the row that `wants` its number.
template <class Wants, class Keep>
void read_body(const pqxx::row& row, TenantId tenant, Wants wants, Keep keep) {
  const auto [first, size, at, lines] =
      storage::read_row<std::int64_t, std::int64_t, Timestamp, std::string>(row);
  std::int64_t count = 0;
  for_each_line(lines, [&](std::string_view line, std::int64_t place) {
    ++count;
    if (!wants(first + place)) return;
    std::optional<Event> event = read_line(line, tenant, at);
    if (!event) throw std::runtime_error("an event that cannot be read");
    event->sequence = first + place;
    keep(std::move(*event));
  });
  if (count != size) throw std::runtime_error("events that are not as many as their numbers");
}

}  // namespace

void LookForFacts::execute(storage::Transaction& transaction, storage::Slots<LookForFacts> slots) {
  for (auto& slot : slots) {
    const pqxx::result rows =
        transaction.execute(kLook, slot.input.owner, std::int64_t{slot.input.renew_before.count()});
    const auto [is_anothers, is_ending, oldest_us] =
        storage::read_row<bool, bool, std::optional<std::int64_t>>(rows.front());
    slot.output = Output{.is_anothers = is_anothers, .is_ending = is_ending};
    if (oldest_us) slot.output->oldest = Duration(std::max<std::int64_t>(0, *oldest_us));
  }
}

void ReadEvents::execute(storage::Transaction& transaction, storage::Slots<ReadEvents> slots) {
  for (auto& slot : slots) {
    slot.output = read_events(transaction, slot.input);
  }
}

std::vector<Event> read_events(storage::Transaction& transaction, const ReadEvents::Input& wanted) {
  std::vector<Event> found;
  for (const auto& row : transaction.execute(kRead, wanted.tenant.home(), wanted.tenant.id(),
                                             wanted.after + 1, wanted.limit)) {
    read_body(
        row, wanted.tenant, [&](std::int64_t sequence) { return sequence > wanted.after; },
        [&](Event event) { found.push_back(std::move(event)); });
  }
  return found;
}

std::map<std::int64_t, Event> find_events(storage::Transaction& transaction, const Tenant& tenant,
                                          std::span<const std::int64_t> sequences) {
  const std::set<std::int64_t> wanted(sequences.begin(), sequences.end());
  storage::ArrayParameter numbers;
  for (const std::int64_t sequence : wanted) numbers.add(sequence);
  std::map<std::int64_t, Event> found;
  for (const auto& row : transaction.execute(kFind, tenant.home(), tenant.id(), numbers)) {
    read_body(
        row, tenant, [&](std::int64_t sequence) { return wanted.contains(sequence); },
        [&](Event event) { found.emplace(event.sequence, std::move(event)); });
  }
  return found;
}

std::optional<std::int64_t> first_event_since(storage::Transaction& transaction,
                                              const Tenant& tenant, Timestamp since) {
  const pqxx::result rows = transaction.execute(kSince, tenant.home(), tenant.id(), since);
  if (rows.empty()) return std::nullopt;
  return storage::read_value<std::int64_t>(rows);
}

void FindLastEvents::execute(storage::Transaction& transaction,
                             storage::Slots<FindLastEvents> slots) {
  for (auto& slot : slots) {
    storage::ArrayParameter buckets, tenants;
    for (const Tenant& tenant : slot.input.tenants) {
      buckets.add(tenant.home());
      tenants.add(tenant.id());
    }
    Output last;
    for (const auto& row : transaction.execute(kLast, buckets, tenants)) {
      const auto [tenant, number] = storage::read_row<TenantId, std::int64_t>(row);
      last.insert_or_assign(tenant, number);
    }
    slot.output = std::move(last);
  }
}

void KeepEvents::execute(storage::Transaction& transaction, storage::Slots<KeepEvents> slots) {
  for (auto& slot : slots) {
    slot.output = storage::read_value<std::int64_t>(
        transaction.execute(kKeep, std::int64_t{slot.input.keep.count()}));
  }
}

}  // namespace remit::outbox
