#include "text_sources.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace remit::config {
namespace {

constexpr std::string_view kPrefix = "REMIT_";
constexpr std::string_view kDivider = "__";
/// The one variable of a setting that has no section, and so no divider.
constexpr std::string_view kProviders = "REMIT_PROVIDERS";

/// A setting with its names in both sources.
struct Leaf {
  std::string path;
  std::string variable;
  const Setting* setting;
};

std::string variable_of(std::string_view section, std::string_view name) {
  std::string variable(kPrefix);
  variable += section;
  variable += kDivider;
  variable += name;
  std::ranges::transform(variable, variable.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return variable;
}

std::vector<Leaf> leaves_of(const Settings& root) {
  std::vector<Leaf> leaves;
  for (const Setting& setting : root) {
    const auto* section = std::get_if<Section>(&setting.slot);
    if (section == nullptr) {
      leaves.push_back({std::string(setting.name), std::string(kProviders), &setting});
      continue;
    }
    for (const Setting& member : section->settings) {
      leaves.push_back({std::string(setting.name) + "." + std::string(member.name),
                        variable_of(setting.name, member.name), &member});
    }
  }
  return leaves;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

Value::Array split(std::string_view text, const std::string& source) {
  Value::Array elements;
  if (trim(text).empty()) return elements;
  while (true) {
    const std::size_t comma = text.find(',');
    elements.push_back({std::string(trim(text.substr(0, comma))), source});
    if (comma == std::string_view::npos) return elements;
    text.remove_prefix(comma + 1);
  }
}

/// The text as the type its setting wants; as it is when it does not read as that, which
/// `apply_value` then refuses in its own words. Nothing when a fault was noted already.
std::optional<Value> value_of(const Leaf& leaf, const std::string& text, const std::string& source,
                              Faults& faults) {
  const auto& slot = leaf.setting->slot;
  if (std::holds_alternative<Texts>(slot) || std::holds_alternative<Times>(slot)) {
    return Value{split(text, source), source};
  }
  if (std::holds_alternative<Integer>(slot)) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed_to, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && parsed_to == end) return Value{number, source};
  }
  if (std::holds_alternative<Boolean>(slot) && (text == "true" || text == "false")) {
    return Value{text == "true", source};
  }
  if (std::holds_alternative<Tables>(slot)) {
    const std::expected<Value, std::string> document = read_toml("value = " + text, source);
    if (!document) {
      faults.add(document.error());
      return std::nullopt;
    }
    const auto& members = std::get<Value::Table>(document->data);
    if (members.size() == 1) return members.front().value;
  }
  return Value{text, source};
}

void apply_text(const Leaf& leaf, const std::string& text, const std::string& source,
                Record record) {
  const std::optional<Value> value = value_of(leaf, text, source, record.faults);
  if (value) apply_value(*leaf.setting, *value, leaf.path, record);
}

/// Others use the prefix, too: for a Service called remit, Kubernetes sets REMIT_PORT,
/// REMIT_SERVICE_HOST and more in every container. None of those names has the divider.
bool is_meant_for_us(std::string_view name) {
  return name.find(kDivider, kPrefix.size()) != std::string_view::npos;
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
  for (const std::string& entry : environment) {
    const std::string name = entry.substr(0, entry.find('='));
    if (!name.starts_with(kPrefix)) continue;
    const std::string text = entry.substr(std::min(name.size() + 1, entry.size()));
    const auto leaf = std::ranges::find(leaves, name, &Leaf::variable);
    if (leaf != leaves.end()) {
      apply_text(*leaf, text, "environment " + name, record);
      continue;
    }
    const std::string hint = suggestion(name, known);
    if (is_meant_for_us(name)) {
      record.faults.add("environment", name, "is not a setting" + hint);
    } else if (!hint.empty()) {
      warnings.push_back("environment: " + name + ": is not a setting and is ignored" + hint);
    }
  }
  return warnings;
}

void apply_flags(const Settings& root,
                 const std::vector<std::pair<std::string, std::string>>& flags, Record record) {
  const std::vector<Leaf> leaves = leaves_of(root);
  for (const auto& [path, text] : flags) {
    const auto leaf = std::ranges::find(leaves, path, &Leaf::path);
    if (leaf != leaves.end()) {
      apply_text(*leaf, text, "command line", record);
      continue;
    }
    std::vector<std::string> known;
    known.reserve(leaves.size());
    for (const Leaf& other : leaves) known.push_back(other.path);
    record.faults.add("command line", path, "is not a setting" + suggestion(path, known));
  }
}

}  // namespace remit::config
