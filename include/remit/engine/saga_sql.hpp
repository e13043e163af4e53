// The SQL of the saga table for the transactions of features: acceptance and reading happen
// together with a feature's own rows. For files with SQL alone; called on lane threads.
#pragma once

#include <vector>

#include "remit/engine/saga_row.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::engine {

/// Inserts what is not there yet, all of one plan and in one array; answers which were inserted,
/// and when. Of equal keys in one call the first wins.
[[nodiscard]] Inserted insert_sagas(storage::Transaction& transaction,
                                    const std::vector<const NewSaga*>& sagas);

/// From the first 17 columns of a row: tenant_id, saga_id, kind, status, version, amount, currency,
/// terms, legs, error_code, error_message, parked_reason, created_at, updated_at, processed_at,
/// request_id, traceparent; and submitted_at, wherever that is. Never throws because of what a row
/// says: see Saga::unreadable.
[[nodiscard]] Saga read_saga(const pqxx::row& row, const pqxx::field& submitted_at,
                             const SagaPlan& plan);

}  // namespace remit::engine
