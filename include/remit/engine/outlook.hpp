// Why a saga waits for a provider: the current verdict on each, and in words what it waits for.
//
// Computed on request, from what this instance knows of the providers; nothing is stored or
// changed. Loop thread; nothing fails.
#pragma once

#include <optional>
#include <string>

#include "remit/engine/saga_machine.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::engine {

struct Outlook {
  std::size_t leg = 0;
  /// Without a provider; one that would be chosen has the verdict "available".
  Decision decision;
  std::string waiting_for;  ///< "a processor that takes calls"
};

/// Empty: no leg waits for its provider. `is_at_its_bound`: of the saga's tenant (Admission).
[[nodiscard]] std::optional<Outlook> outlook(const Saga& saga, const routing::ProviderBook& book,
                                             Timestamp now, const Policy& policy,
                                             bool is_at_its_bound);

}  // namespace remit::engine
