#include "remit/engine/backlog_operations.hpp"

#include <algorithm>
#include <optional>

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::engine {
namespace {

constexpr storage::Statement kNextBucket{"backlog_next_bucket", R"(
    SELECT least((SELECT bucket FROM saga_queue WHERE bucket >= $1 ORDER BY bucket LIMIT 1),
                 (SELECT bucket FROM saga_lease WHERE bucket >= $1 ORDER BY bucket LIMIT 1)))"};

// Of each kind no more than `most` entries are counted, and the first of each queue looked at.
constexpr storage::Statement kMeasure{"backlog_measure", R"(
    SELECT wanted.place,
           (SELECT count(*) FROM (
              SELECT 1 FROM saga_queue q
              WHERE q.bucket = $1 AND q.kind = wanted.kind AND NOT q.routed AND q.due_at <= now()
              LIMIT wanted.most) AS unrouted) +
           (SELECT count(*) FROM (
              SELECT 1 FROM saga_queue q
              WHERE q.bucket = $1 AND q.kind = wanted.kind AND q.routed AND q.due_at <= now()
              LIMIT wanted.most) AS routed),
           (extract(epoch FROM now() - least(
              (SELECT due_at FROM saga_queue q
               WHERE q.bucket = $1 AND q.kind = wanted.kind AND NOT q.routed
               ORDER BY due_at LIMIT 1),
              (SELECT due_at FROM saga_queue q
               WHERE q.bucket = $1 AND q.kind = wanted.kind AND q.routed
               ORDER BY due_at LIMIT 1),
              (SELECT ends_at FROM saga_lease l
               WHERE l.bucket = $1 AND l.kind = wanted.kind
               ORDER BY ends_at LIMIT 1))) * 1000000)::bigint
    FROM (SELECT place, kind::saga_kind, most
          FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS given (kind, most, place))
      AS wanted (place, kind, most))"};

void measure(storage::Transaction& transaction, Bucket bucket, std::vector<Backlog>& backlogs) {
  storage::ArrayParameter kinds, most;
  for (const Backlog& backlog : backlogs) {
    kinds.add(backlog.kind);
    most.add(MeasureBacklog::kMostCounted - backlog.due);
  }
  for (const auto& row : transaction.execute(kMeasure, bucket, kinds, most)) {
    const auto [place, due, age_us] =
        storage::read_row<std::int64_t, std::int64_t, std::optional<std::int64_t>>(row);
    Backlog& backlog = backlogs.at(static_cast<std::size_t>(place) - 1);
    backlog.due = std::min(backlog.due + due, MeasureBacklog::kMostCounted);
    backlog.oldest = std::max(backlog.oldest, Duration(age_us.value_or(0)));
  }
}

std::vector<Backlog> measure_all(storage::Transaction& transaction,
                                 const std::vector<std::string>& kinds) {
  std::vector<Backlog> backlogs;
  backlogs.reserve(kinds.size());
  for (const std::string& kind : kinds) backlogs.push_back({.kind = kind});
  std::int64_t from = 0;
  while (const auto bucket =
             storage::read_value<std::optional<Bucket>>(transaction.execute(kNextBucket, from))) {
    measure(transaction, *bucket, backlogs);
    from = bucket->value() + 1;
  }
  return backlogs;
}

}  // namespace

void MeasureBacklog::execute(storage::Transaction& transaction,
                             storage::Slots<MeasureBacklog> slots) {
  for (auto& slot : slots) slot.output = measure_all(transaction, slot.input.kinds);
}

}  // namespace remit::engine
