#include "text_sources.hpp"

#include <algorithm>

#include "array_variables.hpp"
#include "text_value.hpp"
#include "variables.hpp"

namespace remit::config {
namespace {

constexpr std::string_view kPrefix = "REMIT_";
/// Largest edit distance of a near miss: a missing underscore and one more error.
constexpr std::size_t kNearMiss = 2;
/// The one variable of a setting that has no section, and so no divider.
constexpr std::string_view kProviders = "REMIT_PROVIDERS";

/// A setting with its names in both sources.
struct Leaf {
  std::string path;
  std::string variable;
  const Setting* setting;
};

std::vector<Leaf> leaves_of(const Settings& root) {
  std::vector<Leaf> leaves;
  for (const Setting& setting : root) {
    const auto* section = std::get_if<Section>(&setting.slot);
    if (section == nullptr) {
      leaves.push_back({std::string(setting.name), std::string(kProviders), &setting});
      continue;
    }
    const std::string section_variable = join_variable(std::string(kVariablePrefix), setting.name);
    for (const Setting& member : section->settings) {
      leaves.push_back({std::string(setting.name) + "." + std::string(member.name),
                        join_variable(section_variable, member.name), &member});
    }
  }
  return leaves;
}

}  // namespace

std::vector<std::string> apply_environment(const Settings& root,
                                           const std::vector<std::string>& environment,
                                           Record record) {
  const std::vector<Leaf> leaves = leaves_of(root);
  std::vector<std::string> known;
  known.reserve(leaves.size());
  for (const Leaf& leaf : leaves) known.push_back(leaf.variable);
  std::vector<std::string> warnings;
  ArrayVariables of_arrays(root);
  for (const std::string& entry : environment) {
    const std::string name = entry.substr(0, entry.find('='));
    if (!name.starts_with(kPrefix)) continue;
    const std::string text = entry.substr(std::min(name.size() + 1, entry.size()));
    const auto leaf = std::ranges::find(leaves, name, &Leaf::variable);
    if (leaf != leaves.end()) {
      apply_text(*leaf->setting, text, leaf->path, "environment " + name, record);
    } else if (of_arrays.take(name, text)) {
      continue;
    } else if (!split_variable(name).empty()) {
      record.faults.add("environment", name, "is not a setting" + suggestion(name, known));
    } else if (const std::string hint = suggestion(name, known, kNearMiss); !hint.empty()) {
      // Other programs use the prefix, too: for a Service called remit, Kubernetes sets REMIT_PORT,
      // REMIT_SERVICE_HOST and more in every container.
      warnings.push_back("environment: " + name + ": is not a setting and is ignored" + hint);
    }
  }
  of_arrays.apply(record);
  return warnings;
}

void apply_flags(const Settings& root,
                 const std::vector<std::pair<std::string, std::string>>& flags, Record record) {
  const std::vector<Leaf> leaves = leaves_of(root);
  for (const auto& [path, text] : flags) {
    const auto leaf = std::ranges::find(leaves, path, &Leaf::path);
    if (leaf != leaves.end()) {
      apply_text(*leaf->setting, text, leaf->path, "command line", record);
      continue;
    }
    std::vector<std::string> known;
    known.reserve(leaves.size());
    for (const Leaf& other : leaves) known.push_back(other.path);
    record.faults.add("command line", path, "is not a setting" + suggestion(path, known));
  }
}

}  // namespace remit::config
