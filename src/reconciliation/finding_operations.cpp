#include "remit/reconciliation/finding_operations.hpp"

#include <chrono>

#include "remit/outbox/fact_sql.hpp"
#include "remit/storage/columns.hpp"

namespace remit::reconciliation {
namespace {

using storage::column;
using storage::ComposedStatement;
using storage::nullable_text;
using storage::Transaction;

constexpr storage::Column<Finding> kColumns[] = {column<Finding, &Finding::id>("finding_id"),
                                                 column<Finding, &Finding::kind>("kind"),
                                                 column<Finding, &Finding::resource>("resource"),
                                                 column<Finding, &Finding::expected>("expected"),
                                                 column<Finding, &Finding::found>("found"),
                                                 nullable_text<Finding, &Finding::done>("done")};

constexpr storage::Column<Finding> kTimeColumns[] = {
    column<Finding, &Finding::found_at>("found_at"),
    column<Finding, &Finding::last_seen_at>("last_seen_at"),
    column<Finding, &Finding::resolved_at>("resolved_at")};

std::string all_columns() { return storage::names(kColumns) + ", " + storage::names(kTimeColumns); }

// One that is known is seen again. It has the id of the new row only if that was stored.
const ComposedStatement kStore("finding_store", R"(
    INSERT INTO finding (bucket, tenant_id, {columns}, found_at, last_seen_at, resolved_at)
    SELECT {bucket}, {tenant}, new.*, now(), now(), CASE WHEN new.done IS NOT NULL THEN now() END
    FROM {findings}
    ORDER BY new.kind, new.resource
    ON CONFLICT (bucket, tenant_id, kind, resource) WHERE resolved_at IS NULL
    DO UPDATE SET last_seen_at = excluded.last_seen_at, expected = excluded.expected,
                  found = excluded.found
    RETURNING {all})",
                               {{"{columns}", storage::names(kColumns)},
                                {"{bucket}", storage::parameter("smallint")},
                                {"{tenant}", storage::parameter("integer")},
                                {"{findings}", storage::unnest(kColumns, "new")},
                                {"{all}", all_columns()}});

constexpr storage::Column<Finding> kNameColumns[] = {
    column<Finding, &Finding::kind>("kind"), column<Finding, &Finding::resource>("resource")};

const ComposedStatement kResolve("finding_resolve", R"(
    UPDATE finding f SET resolved_at = now()
    FROM {findings}
    WHERE f.bucket = {bucket} AND f.tenant_id = {tenant} AND f.kind = sound.kind
      AND f.resource = sound.resource AND f.resolved_at IS NULL)",
                                 {{"{findings}", storage::unnest(kNameColumns, "sound")},
                                  {"{bucket}", storage::parameter("smallint")},
                                  {"{tenant}", storage::parameter("integer")}});

const ComposedStatement kList("finding_list", R"(
    SELECT {all} FROM finding
    WHERE bucket = $1 AND tenant_id = $2
      AND (found_at, finding_id) < (coalesce($3::timestamptz, 'infinity'),
            coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY found_at DESC, finding_id DESC LIMIT $5::bigint)",
                              {{"{all}", all_columns()}});

const ComposedStatement kListOpen("finding_list_open", R"(
    SELECT {all} FROM finding
    WHERE bucket = $1 AND tenant_id = $2 AND resolved_at IS NULL
    LIMIT $3::bigint)",
                                  {{"{all}", all_columns()}});

const ComposedStatement kGet("finding_get", R"(
    SELECT {all} FROM finding WHERE bucket = $1 AND tenant_id = $2 AND finding_id = $3)",
                             {{"{all}", all_columns()}});

constexpr storage::Statement kTurn{"reconciliation_turn", R"(
    UPDATE reconciliation_turn SET begun_at = now()
    WHERE begun_at <= now() - $1::bigint * interval '1 microsecond'
    RETURNING 1)"};

std::vector<Finding> read_findings(const pqxx::result& rows) {
  const storage::RowReader<Finding> reader(kColumns, rows);
  const storage::RowReader<Finding> times(kTimeColumns, rows);
  std::vector<Finding> findings;
  for (const auto& row : rows) findings.push_back(times.read(row, reader.read(row, {})));
  return findings;
}

outbox::Fact fact_of(const Finding& finding) {
  return {.type = "reconciliation.finding",
          .resource = "/reconciliation/findings/" + finding.id.to_string(),
          .at = finding.found_at,
          .user = {},
          .data = finding_json(finding),
          .changes = "{}"};
}

std::int64_t record(Transaction& transaction, const RecordFindings::Input& input) {
  const auto& [tenant, wrong, right] = input;
  const Bucket home = tenant.home();
  if (!right.empty()) {
    storage::RowArrays<Finding> names(kNameColumns);
    for (const Finding& each : right) names.add(each);
    transaction.execute(kResolve, names, home, tenant.id());
  }
  if (wrong.empty()) return 0;
  storage::RowArrays<Finding> rows(kColumns);
  for (const Finding& each : wrong) rows.add(each);
  outbox::FactArrays facts;
  std::int64_t fresh = 0;
  for (const Finding& stored :
       read_findings(transaction.execute(kStore, home, tenant.id(), rows))) {
    if (stored.found_at != stored.last_seen_at) continue;
    const outbox::Fact fact = fact_of(stored);
    facts.add(tenant.id(), stored.id, 0, std::span(&fact, 1));
    ++fresh;
  }
  if (!facts.empty()) outbox::write_facts(transaction, home, facts);
  return fresh;
}

}  // namespace

void RecordFindings::execute(Transaction& transaction, storage::Slots<RecordFindings> slots) {
  for (auto& slot : slots) slot.output = record(transaction, slot.input);
}

void ListFindings::execute(Transaction& transaction, storage::Slots<ListFindings> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, limit, before, open_only] = slot.input;
    if (open_only) {
      slot.output =
          read_findings(transaction.execute(kListOpen, tenant.home(), tenant.id(), limit));
      continue;
    }
    std::optional<Timestamp> before_time;
    std::optional<Uuid> before_id;
    if (before) std::tie(before_time, before_id) = *before;
    slot.output = read_findings(
        transaction.execute(kList, tenant.home(), tenant.id(), before_time, before_id, limit));
  }
}

void FindFinding::execute(Transaction& transaction, storage::Slots<FindFinding> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, id] = slot.input;
    std::vector<Finding> found =
        read_findings(transaction.execute(kGet, tenant.home(), tenant.id(), id));
    slot.output = found.empty() ? std::nullopt : std::optional(std::move(found.front()));
  }
}

void TakeTurn::execute(Transaction& transaction, storage::Slots<TakeTurn> slots) {
  for (auto& slot : slots) {
    const std::int64_t microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(slot.input.interval).count();
    slot.output = !transaction.execute(kTurn, microseconds).empty();
  }
}

}  // namespace remit::reconciliation
