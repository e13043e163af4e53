// What settings are called in the environment. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace remit::config {

inline constexpr std::string_view kVariablePrefix = "REMIT";
inline constexpr std::string_view kVariableDivider = "__";

/// "REMIT_SERVER" of "REMIT" and "server"; "REMIT_SERVER__LISTEN" of that and "listen".
[[nodiscard]] std::string join_variable(const std::string& variable, std::string_view name);

/// {"provider", "0", "url"} of "REMIT_PROVIDER__0__URL"; empty without a double underscore: it is
/// not a setting.
[[nodiscard]] std::vector<std::string> split_variable(std::string_view variable);

}  // namespace remit::config
