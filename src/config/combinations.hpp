// Whether settings that are each possible are so together. Never fails: what is wrong is added to
// the faults.
#pragma once

#include <string>
#include <vector>

#include "faults.hpp"
#include "remit/config/config.hpp"

namespace remit::config {

void check_together(const Config& config, const Origins& origins, Faults& faults);

/// What is taken, and hardly meant; one line each.
[[nodiscard]] std::vector<std::string> warnings_of(const Config& config, const Origins& origins);

}  // namespace remit::config
