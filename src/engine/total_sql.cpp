#include "remit/engine/total_sql.hpp"

#include <utility>

namespace remit::engine {
namespace {

constexpr storage::Statement kKeepFromMerging{"saga_total_lock",
                                              "SELECT pg_advisory_xact_lock($1)"};

constexpr storage::Statement kDeleteTotals{
    "saga_total_delete", "DELETE FROM saga_total WHERE tenant_id = $1 AND kind = $2"};
constexpr storage::Statement kDeleteDeltas{
    "saga_total_delta_delete", "DELETE FROM saga_total_delta WHERE tenant_id = $1 AND kind = $2"};

void add_stretch(storage::ArrayParameter& begins, storage::ArrayParameter& ends,
                 const Stretch& stretch) {
  begins.add(stretch.begins.value_or(Timestamp::min()));
  ends.add(stretch.ends.value_or(Timestamp::max()));
}

}  // namespace

WindowParameters::WindowParameters(const TotalWindow& window) {
  for (const auto& [unit, stretch] : window.totals) {
    units.add(unit);
    add_stretch(totals_begin, totals_end, stretch);
  }
  for (const auto& [sign, stretches] :
       {std::pair(1, &window.sagas), std::pair(-1, &window.surplus)}) {
    for (const Stretch& stretch : *stretches) {
      signs.add(sign);
      add_stretch(sagas_begin, sagas_end, stretch);
    }
  }
  if (window.seconds) add_stretch(seconds_begin, seconds_end, *window.seconds);
}

void keep_from_merging(storage::Transaction& transaction) {
  transaction.execute(kKeepFromMerging, kTotalsLock);
}

void delete_totals(storage::Transaction& transaction, TenantId tenant, std::string_view kind) {
  transaction.execute(kDeleteTotals, tenant, kind);
  transaction.execute(kDeleteDeltas, tenant, kind);
}

}  // namespace remit::engine
