// The table of all settings.
#pragma once

#include "remit/config/config.hpp"
#include "setting.hpp"

namespace remit::config {

[[nodiscard]] Settings settings_of(Config& config);

}  // namespace remit::config
