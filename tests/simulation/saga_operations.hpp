// Sagas for the transactions of others: engine/saga_sql.cpp again, statement by statement.
#pragma once

#include <vector>

#include "remit/engine/claim_operations.hpp"
#include "remit/engine/saga_row.hpp"
#include "simulation/operations.hpp"

namespace remit::simulation {

class SagaEntry;

/// Inserts what is not there yet, waiting for others that insert the same; adds to `inserted` which
/// were.
[[nodiscard]] Work insert_sagas(Transaction* transaction, std::vector<engine::NewSaga>* sagas,
                                engine::Inserted* inserted);

/// Writers wait for a purge to end; nearly always there is none.
[[nodiscard]] bool may_write(Transaction& transaction);
[[nodiscard]] Work wait_to_write(Transaction* transaction);

/// The first step of a claimed row, saved under the claim's lease.
void choose(Transaction& transaction, SagaEntry& entry, const engine::ClaimRequest& request,
            engine::Claimed& claimed);

}  // namespace remit::simulation
