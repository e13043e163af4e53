#include "simulation/stores.hpp"

#include "simulation/database_impl.hpp"
#include "simulation/health_store.hpp"
#include "simulation/lanes.hpp"
#include "simulation/payment_store.hpp"
#include "simulation/quote_store.hpp"
#include "simulation/saga_store.hpp"

namespace remit::simulation {

class Stores::Impl {
 public:
  Impl(Machine& machine, Database& database, const LaneOptions& options)
      : write_lanes(machine, database.impl(), false, options),
        read_lanes(machine, database.impl(), true, options) {}

  Lanes write_lanes;
  Lanes read_lanes;
  SimulatedSagaStore sagas{write_lanes};
  SimulatedPaymentStore payments{write_lanes, read_lanes};
  SimulatedQuoteStore quotes{write_lanes, read_lanes};
  SimulatedHealthBoard health{write_lanes, read_lanes};
};

Stores::Stores(Machine& machine, Database& database)
    : impl_(std::make_unique<Impl>(machine, database, LaneOptions{})) {}

Stores::~Stores() = default;

engine::SagaStore& Stores::sagas() { return impl_->sagas; }

payments::PaymentStore& Stores::payments() { return impl_->payments; }

quotes::QuoteStore& Stores::quotes() { return impl_->quotes; }

routing::HealthBoard& Stores::health() { return impl_->health; }

}  // namespace remit::simulation
