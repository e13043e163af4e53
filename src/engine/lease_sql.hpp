// Leases of whole batches (table saga_lease). For files with SQL alone; called on lane threads.
#pragma once

#include "remit/engine/saga.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::engine {

/// Moves into the queue what is left in the leases of a bucket that have ended: due at once, with
/// its version raised.
void queue_ended_leases(storage::Transaction& transaction, Bucket bucket, const SagaPlan& plan);

}  // namespace remit::engine
