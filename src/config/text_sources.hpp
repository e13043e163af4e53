// The sources in which every value is a text: the environment and the command line.
#pragma once

#include "apply.hpp"
#include "remit/config/load.hpp"
#include "setting.hpp"

namespace remit::config {

/// Returns a warning for each variable that is ignored and looks like a misspelled setting.
[[nodiscard]] std::vector<std::string> apply_environment(
    const Settings& root, const std::vector<std::string>& environment, Record record);

void apply_flags(const Settings& root,
                 const std::vector<std::pair<std::string, std::string>>& flags, Record record);

}  // namespace remit::config
