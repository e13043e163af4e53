// What an insertion of sagas makes in the simulated database: rows, and leases.
#pragma once

#include <memory>
#include <vector>

#include "remit/engine/saga_row.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {

[[nodiscard]] std::shared_ptr<SagaRow> first_row(engine::NewSaga& entry, Duration now,
                                                 engine::Stored stored);
/// With the first step of its owner.
[[nodiscard]] std::shared_ptr<SagaRow> begun_row(const engine::FirstStep& first, Duration now,
                                                 engine::Stored stored);

/// One lease for those of a bucket, if all of them are begun.
void share_leases(Tables::Storage& storage, const std::vector<engine::NewSaga>& sagas,
                  engine::Inserted& inserted);

}  // namespace remit::simulation
