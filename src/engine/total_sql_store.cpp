#include "remit/engine/total_sql.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "remit/storage/array_parameter.hpp"
#include "totals.hpp"

namespace remit::engine {
namespace {

// Inserted, never changed: saves of the same second do not wait for each other.
constexpr storage::Statement kInsertDeltas{"saga_total_add", R"(
    INSERT INTO saga_total_delta (tenant_id, kind, begins_at, provider, currency, requests, amount)
    SELECT * FROM unnest($1::integer[], $2::text[], $3::timestamptz[], $4::text[], $5::text[],
                         $6::bigint[], $7::bigint[]))"};

constexpr storage::Statement kKeepFromMerging{"saga_total_lock",
                                              "SELECT pg_advisory_xact_lock($1)"};

constexpr storage::Statement kDeleteTotals{
    "saga_total_delete", "DELETE FROM saga_total WHERE tenant_id = $1 AND kind = $2"};
constexpr storage::Statement kDeleteDeltas{
    "saga_total_delta_delete", "DELETE FROM saga_total_delta WHERE tenant_id = $1 AND kind = $2"};

/// Tenant, kind, second, provider, currency.
using Bucket = std::tuple<TenantId, std::string_view, Timestamp, std::string, Currency>;

struct Total {
  std::int64_t requests = 0;
  std::int64_t amount = 0;
};

/// Final states are final: a saga is completed once.
bool completes_a_totalled_saga(const Step& step) {
  return step.saga.plan->totalled && step.transition && step.transition->to == kCompleted;
}

void add_bound(storage::ArrayParameter& array, const std::optional<Timestamp>& bound,
               const char* none) {
  bound ? array.add(*bound) : array.add(none);
}

void add_stretch(storage::ArrayParameter& begins, storage::ArrayParameter& ends,
                 const Stretch& stretch) {
  add_bound(begins, stretch.begins, "-infinity");
  add_bound(ends, stretch.ends, "infinity");
}

}  // namespace

void add_to_totals(storage::Transaction& transaction, const std::vector<StepToSave>& steps,
                   const std::vector<bool>& saved) {
  std::map<Bucket, Total> totals;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = *steps[i].step;
    if (!saved[i] || !completes_a_totalled_saga(step)) continue;
    const StepColumns columns = columns_after(step, steps[i].lease);
    if (columns.provider.empty() || !columns.submitted_at) continue;  // nobody's, at no time
    const Saga& saga = step.saga;
    Total& total = totals[{saga.tenant, saga.plan->kind,
                           std::chrono::floor<std::chrono::seconds>(*columns.submitted_at),
                           std::string(columns.provider), saga.amount.currency}];
    ++total.requests;
    total.amount += saga.amount.minor;
  }
  if (totals.empty()) return;
  storage::ArrayParameter tenants, kinds, seconds, providers, currencies, requests, amounts;
  for (const auto& [bucket, total] : totals) {
    const auto& [tenant, kind, second, provider, currency] = bucket;
    tenants.add(std::int64_t{tenant});
    kinds.add(kind);
    seconds.add(second);
    providers.add(provider);
    currencies.add(to_string(currency));
    requests.add(total.requests);
    amounts.add(total.amount);
  }
  transaction.execute(kInsertDeltas, tenants, kinds, seconds, providers, currencies, requests,
                      amounts);
}

WindowParameters::WindowParameters(const TotalWindow& window) {
  for (const auto& [unit, stretch] : window.totals) {
    units.add(unit);
    add_stretch(totals_begin, totals_end, stretch);
  }
  for (const Stretch& stretch : window.sagas) add_stretch(sagas_begin, sagas_end, stretch);
  if (window.seconds) add_stretch(seconds_begin, seconds_end, *window.seconds);
}

void keep_from_merging(storage::Transaction& transaction) {
  transaction.execute(kKeepFromMerging, kTotalsLock);
}

void delete_totals(storage::Transaction& transaction, TenantId tenant, std::string_view kind) {
  transaction.execute(kDeleteTotals, std::int64_t{tenant}, kind);
  transaction.execute(kDeleteDeltas, std::int64_t{tenant}, kind);
}

}  // namespace remit::engine
