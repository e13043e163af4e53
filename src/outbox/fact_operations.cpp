#include "remit/outbox/fact_operations.hpp"

#include "remit/outbox/fact_sql.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::outbox {
namespace {

const storage::ComposedStatement kTell("event_tell", R"(
    WITH here AS (SELECT {bucket} AS bucket), {facts} SELECT count(*) FROM facts)",
                                       {{"{bucket}", storage::parameter("smallint")},
                                        {"{facts}", insert_facts("$1", "true")}});

}  // namespace

void TellFacts::execute(storage::Transaction& transaction, storage::Slots<TellFacts> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, told] = slot.input;
    FactArrays facts;
    facts.add(tenant.id(), Uuid(), 0, told);
    if (!facts.empty()) transaction.execute(kTell, tenant.home(), facts);
    slot.output = {};
  }
}

}  // namespace remit::outbox
