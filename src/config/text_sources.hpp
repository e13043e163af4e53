// The sources in which every value is a text: the environment and the command line.
//
// Elements of an array are parted by commas; an array of tables is written as in the file. A
// variable may also name one member of one table in an array: REMIT_PROVIDER__0__URL. Those may
// come in any order and are applied in the order of their tables, over the values of the file; the
// number after the last one adds a table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apply.hpp"
#include "setting.hpp"

namespace remit::config {

inline constexpr std::string_view kVariablePrefix = "REMIT";

/// "REMIT_SERVER" of "REMIT" and "server"; "REMIT_SERVER__LISTEN" of that and "listen".
[[nodiscard]] std::string join_variable(const std::string& variable, std::string_view name);

/// Returns a warning for each variable that is ignored and looks like a misspelled setting.
[[nodiscard]] std::vector<std::string> apply_environment(
    const Settings& root, const std::vector<std::string>& environment, Record record);

void apply_flags(const Settings& root,
                 const std::vector<std::pair<std::string, std::string>>& flags, Record record);

}  // namespace remit::config
