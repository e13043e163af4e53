// The product's stores over the simulated database, for one simulated process: what PgSagaStore,
// PgPaymentStore, PgQuoteStore and PgHealthBoard are over lanes and PostgreSQL.
//
// Owned by the process; its machine is killed before this is destroyed. Commands queue up, are run
// in batches by a number of lanes with a transaction each, and fail as in storage/lanes.hpp.
#pragma once

#include <memory>

#include "remit/engine/saga_store.hpp"
#include "remit/payments/payment_store.hpp"
#include "remit/quotes/quote_store.hpp"
#include "remit/routing/health_board.hpp"
#include "simulation/database.hpp"
#include "simulation/machine.hpp"

namespace remit::simulation {

class Stores {
 public:
  Stores(Machine& machine, Database& database);
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;
  ~Stores();

  [[nodiscard]] engine::SagaStore& sagas();
  [[nodiscard]] payments::PaymentStore& payments();
  [[nodiscard]] quotes::QuoteStore& quotes();
  [[nodiscard]] routing::HealthBoard& health();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace remit::simulation
