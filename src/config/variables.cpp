#include "variables.hpp"

#include <algorithm>

namespace remit::config {
namespace {

std::string upper(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

std::string lower(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

std::string join_variable(const std::string& variable, std::string_view name) {
  const bool is_first = variable == kVariablePrefix;
  return variable + (is_first ? "_" : std::string(kVariableDivider)) + upper(name);
}

std::vector<std::string> split_variable(std::string_view variable) {
  if (!variable.starts_with(kVariablePrefix)) return {};
  variable.remove_prefix(kVariablePrefix.size());
  if (!variable.starts_with('_')) return {};
  variable.remove_prefix(1);
  if (variable.find(kVariableDivider) == std::string_view::npos) return {};
  std::vector<std::string> names;
  while (true) {
    const std::size_t divider = variable.find(kVariableDivider);
    names.push_back(lower(variable.substr(0, divider)));
    if (divider == std::string_view::npos) return names;
    variable.remove_prefix(divider + kVariableDivider.size());
  }
}

}  // namespace remit::config
