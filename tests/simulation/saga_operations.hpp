// Sagas for the transactions of others: engine/saga_sql.cpp again, statement by statement.
#pragma once

#include <vector>

#include "remit/engine/saga_row.hpp"
#include "simulation/operations.hpp"

namespace remit::simulation {

/// Inserts what is not there yet, waiting for others that insert the same; adds to `inserted` which
/// were.
[[nodiscard]] Work insert_sagas(Transaction* transaction, std::vector<engine::NewSaga>* sagas,
                                engine::Inserted* inserted);

}  // namespace remit::simulation
