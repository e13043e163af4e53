// Saving steps: one statement for all of a batch, so that a step costs no round trip of its own and
// needs no transaction around it. For files with SQL alone; called on lane threads.
#pragma once

#include <optional>
#include <vector>

#include "remit/engine/saga_machine.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::engine {

/// One step that a saga's owner, or a request, made; see SaveStep.
struct StepToSave {
  const Step* step = nullptr;
  Duration lease{0};
  std::optional<Uuid> owner =
      std::nullopt;  ///< of a lease that begins with the step; empty: whose it was
};

/// Answers which were saved, in their order; the others were fenced.
[[nodiscard]] std::vector<bool> save_steps(storage::Transaction& transaction,
                                           const std::vector<StepToSave>& steps);

}  // namespace remit::engine
