#include "remit/engine/total_sql.hpp"

#include <utility>

namespace remit::engine {
namespace {

constexpr storage::Statement kKeepFromMerging{"saga_total_lock",
                                              "SELECT 1 FROM saga_total_turn WHERE one FOR UPDATE"};

constexpr storage::Statement kDeleteTotals{
    "saga_total_delete",
    "DELETE FROM saga_total WHERE bucket = $1 AND tenant_id = $2 AND kind = $3"};
constexpr storage::Statement kDeleteDeltas{
    "saga_total_delta_delete",
    "DELETE FROM saga_total_delta WHERE bucket = $1 AND tenant_id = $2 AND kind = $3"};

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

void keep_from_merging(storage::Transaction& transaction) { transaction.execute(kKeepFromMerging); }

void delete_totals(storage::Transaction& transaction, Bucket bucket, TenantId tenant,
                   std::string_view kind) {
  transaction.execute(kDeleteTotals, bucket, tenant, kind);
  transaction.execute(kDeleteDeltas, bucket, tenant, kind);
}

}  // namespace remit::engine
