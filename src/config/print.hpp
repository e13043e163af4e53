// A setting's value as the configuration file would have it. Pure.
#pragma once

#include <string>

#include "setting.hpp"

namespace remit::config {

/// Secrets are masked; an array of tables is "[]".
[[nodiscard]] std::string value_text(const Setting& setting);

/// A lower bound above zero that is not reached means that the setting is absent.
[[nodiscard]] bool is_absent(const Setting& setting);

}  // namespace remit::config
