#include "remit/outbox/fact_sql.hpp"

#include <utility>

namespace remit::outbox {
namespace {

using storage::column;

constexpr storage::Column<FactRow> kColumns[] = {
    column<FactRow, &FactRow::tenant>("tenant_id"), column<FactRow, &FactRow::id>("id"),
    column<FactRow, &FactRow::step>("step"), column<FactRow, &FactRow::size>("size"),
    column<FactRow, &FactRow::lines>("lines")};

// The batch has its number when all that it is about has been written and locked: the sum is taken
// first.
constexpr std::string_view kBegin = R"(
    facts AS (
      SELECT {bucket}::smallint AS bucket, tenant_id, nextval('event_batch_id') AS batch_id,
             now() AS at, sum(size)::integer AS size, string_agg(lines, E'\n') AS lines
      FROM )";
constexpr std::string_view kEnd = R"(
      GROUP BY tenant_id),
    fact_bodies AS (
      INSERT INTO event_body (bucket, tenant_id, batch_id, at, lines)
      SELECT bucket, tenant_id, batch_id, at, lines FROM facts),
    facts_listed AS (
      INSERT INTO event_unnumbered (bucket, tenant_id, batch_id, at, size)
      SELECT bucket, tenant_id, batch_id, at, size FROM facts))";

}  // namespace

FactArrays::FactArrays() : RowArrays(kColumns) {}

void FactArrays::add(TenantId tenant, const Uuid& id, std::int64_t step,
                     std::span<const Fact> facts) {
  if (facts.empty()) return;
  std::string lines;
  for (const Fact& fact : facts) {
    if (!lines.empty()) lines += '\n';
    lines += line_of(fact);
  }
  RowArrays::add({.tenant = tenant,
                  .id = id,
                  .step = step,
                  .size = static_cast<std::int32_t>(facts.size()),
                  .lines = std::move(lines)});
  is_empty_ = false;
}

storage::Filling insert_facts(std::string bucket, std::string condition) {
  return [bucket = std::move(bucket), condition = std::move(condition)](std::string& sql,
                                                                        int& parameters) {
    const std::string_view hole = "{bucket}";
    const std::size_t at = kBegin.find(hole);
    sql.append(kBegin.substr(0, at)).append(bucket).append(kBegin.substr(at + hole.size()));
    storage::unnest(kColumns, "fact")(sql, parameters);
    sql.append(" WHERE ").append(condition).append(kEnd);
  };
}

void write_facts(storage::Transaction& transaction, Bucket bucket, const FactArrays& facts) {
  static const storage::ComposedStatement statement(
      "event_write", R"(
    WITH here AS (SELECT {bucket} AS bucket), {facts} SELECT count(*) FROM facts)",
      {{"{bucket}", storage::parameter("smallint")}, {"{facts}", insert_facts("$1", "true")}});
  if (!facts.empty()) transaction.execute(statement, bucket, facts);
}

}  // namespace remit::outbox
