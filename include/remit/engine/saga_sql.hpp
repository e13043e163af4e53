// The SQL of the saga table for the transactions of features: acceptance and reading happen
// together with a feature's own rows. For *_store.cpp files alone; called on lane threads.
#pragma once

#include <set>
#include <vector>

#include "remit/engine/saga_row.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::engine {

/// Inserts what is not there yet; answers which were inserted. Of equal keys in one call the first
/// wins.
[[nodiscard]] std::set<SagaKey> insert_sagas(storage::Transaction& transaction,
                                             const std::vector<const NewSaga*>& sagas);

/// One step that a saga's owner, or a request, made; see SagaStore::save.
struct StepToSave {
  const Step* step = nullptr;
  Duration lease{0};
};

/// Answers which were saved, in their order; the others were fenced.
[[nodiscard]] std::vector<bool> save_steps(storage::Transaction& transaction,
                                           const std::vector<StepToSave>& steps);

/// From the first 18 columns of a row: tenant_id, saga_id, kind, status, version, amount, currency,
/// platform_fee, rounding, legs, error_code, error_message, parked_reason, created_at, updated_at,
/// processed_at, request_id, traceparent.
[[nodiscard]] Saga read_saga(const pqxx::row& row, const SagaPlan& plan);

}  // namespace remit::engine
