// The SQL of the saga table for the transactions of features: acceptance and reading happen together
// with a feature's own rows. For *_store.cpp files alone; called on lane threads.
#pragma once

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/engine/saga.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::engine {

struct NewSaga {
  Saga saga;
  Duration start_after{0};
  /// A charge's legs follow from its plan until a provider is chosen; storing them can wait.
  bool store_legs = true;
};

using SagaKey = std::pair<TenantId, Uuid>;

/// Inserts what is not there yet; answers which were inserted. Of equal keys in one call the first wins.
[[nodiscard]] std::set<SagaKey> insert_sagas(storage::Transaction& transaction,
                                             const std::vector<const NewSaga*>& sagas);

/// One step that a saga's owner, or a request, made; see SagaStore::save.
struct StepToSave {
  const Step* step = nullptr;
  Duration lease{0};
};

/// Answers which were saved; the others were fenced.
[[nodiscard]] std::set<SagaKey> save_steps(storage::Transaction& transaction,
                                           const std::vector<StepToSave>& steps);

/// Columns in the order `read_saga` expects, qualified with "s.".
inline constexpr std::string_view kSagaColumns =
    "s.tenant_id, s.saga_id, s.kind, s.status, s.version, s.amount, s.currency, s.platform_fee, "
    "s.rounding, s.legs, s.error_code, s.error_message, s.parked_reason, s.created_at, s.updated_at, "
    "s.processed_at, s.request_id, s.traceparent";

[[nodiscard]] Saga read_saga(const pqxx::row& row, const SagaPlan& plan);

}  // namespace remit::engine
