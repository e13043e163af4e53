#include "remit/outbox/fact_operations.hpp"

#include "remit/outbox/fact_sql.hpp"

namespace remit::outbox {

void TellFacts::execute(storage::Transaction& transaction, storage::Slots<TellFacts> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, told] = slot.input;
    FactArrays facts;
    facts.add(tenant.id(), Uuid(), 0, told);
    write_facts(transaction, tenant.home(), facts);
    slot.output = {};
  }
}

}  // namespace remit::outbox
