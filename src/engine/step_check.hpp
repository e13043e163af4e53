// What holds of every step, whatever made it; checked in every build, before a step is saved.
#pragma once

#include "remit/engine/saga_machine.hpp"

namespace remit::engine {

/// The step as it is. Throws std::logic_error when it is none that may be saved: its transitions do
/// not lead to its status, it rests and has ended at once, two of its legs are under way, something
/// is given back that did not settle or cannot be, or a posting moves nothing.
[[nodiscard]] Step checked(Step step);

}  // namespace remit::engine
