// Checks of settings that are valid alone and not together. Never fails: errors are added to the
// faults.
#pragma once

#include <string>
#include <vector>

#include "faults.hpp"
#include "remit/config/config.hpp"

namespace remit::config {

void check_together(const Config& config, const Origins& origins, Faults& faults);

/// Warnings, one line each: accepted, but probably a mistake.
[[nodiscard]] std::vector<std::string> warnings_of(const Config& config, const Origins& origins);

}  // namespace remit::config
