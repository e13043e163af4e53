#include "operations.hpp"
#include "remit/engine/total_sql.hpp"
#include "remit/storage/values.hpp"

namespace remit::payments {
namespace {

// Totals where the window has whole units, deltas that are not merged yet, and at its ends, for
// half a second each at most, the charges themselves, to be added or to be taken off. One statement
// is one snapshot: a charge is in it with its delta, and a delta or the total that it became part
// of. OFFSET 0 keeps each part a walk through its index, whatever the planner makes of the number
// of rows.
constexpr storage::Statement kSummary{"charge_summary", R"(
    SELECT provider, sum(requests)::bigint, sum(amount)::bigint
    FROM (
      SELECT found.*
      FROM unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) AS part (unit, begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, requests, amount FROM saga_total
        WHERE tenant_id = $1 AND kind = 'charge' AND unit = part.unit AND currency = $10
          AND begins_at >= part.begins AND begins_at < part.ends
        OFFSET 0) AS found
      UNION ALL
      SELECT found.*
      FROM unnest($5::timestamptz[], $6::timestamptz[]) AS part (begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, requests, amount FROM saga_total_delta
        WHERE tenant_id = $1 AND kind = 'charge' AND currency = $10
          AND begins_at >= part.begins AND begins_at < part.ends
        OFFSET 0) AS found
      UNION ALL
      SELECT found.*
      FROM unnest($7::integer[], $8::timestamptz[], $9::timestamptz[]) AS part (sign, begins, ends)
      CROSS JOIN LATERAL (
        SELECT provider, part.sign, part.sign * amount FROM saga
        WHERE tenant_id = $1 AND kind = 'charge' AND status = 'COMPLETED' AND currency = $10
          AND submitted_at >= part.begins AND submitted_at < part.ends
        OFFSET 0) AS found
    ) AS counted
    GROUP BY provider
    HAVING sum(requests) <> 0)"};

}  // namespace

void SummariseCharges::execute(storage::Transaction& transaction,
                               std::span<storage::Slot<SummariseCharges>> slots) {
  using storage::read;
  for (auto& slot : slots) {
    const engine::WindowParameters window(engine::cut_window(slot.input.from, slot.input.to));
    Summary summary{{"default", {}}, {"fallback", {}}};
    for (const auto& row : transaction.execute(
             kSummary, slot.input.tenant, window.units, window.totals_begin, window.totals_end,
             window.seconds_begin, window.seconds_end, window.signs, window.sagas_begin,
             window.sagas_end, to_string(slot.input.currency))) {
      summary[read<std::string>(row[0])] = {read<std::int64_t>(row[1]), read<std::int64_t>(row[2])};
    }
    slot.output = std::move(summary);
  }
}

}  // namespace remit::payments
