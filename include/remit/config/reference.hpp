// The reference of all settings, made from the settings themselves: docs/configuration.md.
#pragma once

#include <string>

namespace remit::config {

/// Markdown: every setting with its variable, type, bounds, default and what it does. Pure.
[[nodiscard]] std::string print_reference();

}  // namespace remit::config
