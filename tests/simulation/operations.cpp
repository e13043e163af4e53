#include "simulation/operations.hpp"

namespace remit::simulation {

const Operations& Operations::all() {
  static const Operations operations = [] {
    Operations made;
    add_charge_operations(made);
    add_claim_operations(made);
    add_conversion_operations(made);
    add_event_operations(made);
    add_wallet_operations(made);
    add_health_operations(made);
    add_payment_operations(made);
    add_quote_operations(made);
    add_saga_operations(made);
    return made;
  }();
  return operations;
}

}  // namespace remit::simulation
