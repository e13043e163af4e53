// The legs of a saga as the JSON document of its row. Members that have their default are left out,
// so that most documents stay small. A document was written by this version or a newer one; one
// that this version does not understand throws std::exception with a reason for the log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remit/engine/saga.hpp"

namespace remit::engine {

[[nodiscard]] std::string write_legs(const std::vector<Leg>& legs);
[[nodiscard]] std::vector<Leg> read_legs(std::string_view document);
/// Throws when the legs are not what the saga's plan makes of it, step by step.
void check_legs(const Saga& saga);

}  // namespace remit::engine
