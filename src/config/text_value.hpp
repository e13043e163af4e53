// A value that came as text, read as the type that its setting wants.
#pragma once

#include <string>

#include "apply.hpp"
#include "setting.hpp"

namespace remit::config {

/// As `apply_value`. Elements of an array are parted by commas; an array of tables is written as in
/// the file.
void apply_text(const Setting& setting, const std::string& text, const std::string& path,
                const std::string& source, Record record);

}  // namespace remit::config
