#include "text_sources.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>

#include "remit/base/text.hpp"

namespace remit::config {
namespace {

constexpr std::string_view kPrefix = "REMIT_";
constexpr std::string_view kDivider = "__";
/// Largest edit distance of a near miss: a missing underscore and one more error.
constexpr std::size_t kNearMiss = 2;
/// The list of providers, the one setting without a section: its variable has no divider.
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
      leaves.push_back({key_of(std::string(setting.name), member.name),
                        join_variable(section_variable, member.name), &member});
    }
  }
  return leaves;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::vector<std::string_view> split(std::string_view text, std::string_view divider) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(divider);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + divider.size());
  }
}

/// The text as the type that its setting wants, or itself when it cannot be read so: `apply_value`
/// then reports the error. Nothing when an error was recorded already.
std::optional<Value> value_of(const Setting& setting, const std::string& text,
                              const std::string& path, const std::string& source, Faults& faults) {
  const auto& slot = setting.slot;
  if (std::holds_alternative<Texts>(slot) || std::holds_alternative<Times>(slot)) {
    Value::Array elements;
    if (trim(text).empty()) return Value{elements, source};
    for (const std::string_view part : split(text, ",")) {
      elements.push_back({std::string(trim(part)), source});
    }
    return Value{elements, source};
  }
  if (std::holds_alternative<Integer>(slot)) {
    if (const auto number = parse_number<std::int64_t>(text)) return Value{*number, source};
  }
  if (std::holds_alternative<Boolean>(slot) && (text == "true" || text == "false")) {
    return Value{text == "true", source};
  }
  if (std::holds_alternative<Tables>(slot)) {
    const std::expected<Value, std::string> document = read_toml("value = " + text, source);
    if (!document) {
      const std::string& error = document.error();  // "<source>:<line>: what"
      const std::size_t end = error.find(": ", source.size());
      faults.add(error.substr(0, end), path, error.substr(end + 2));
      return std::nullopt;
    }
    const auto& members = std::get<Value::Table>(document->data);
    if (members.size() == 1) return members.front().value;
  }
  return Value{text, source};
}

void apply_text(const Setting& setting, const std::string& text, const std::string& path,
                const std::string& source, Record record) {
  const std::optional<Value> value = value_of(setting, text, path, source, record.faults);
  if (value) apply_value(setting, *value, path, record);
}

struct Variable {
  std::string name;
  std::string text;
  /// {"provider", "0", "url"} of REMIT_PROVIDER__0__URL; none without a divider: it is not a
  /// setting.
  std::vector<std::string> names;

  [[nodiscard]] std::string source() const { return "environment " + name; }
};

Variable variable_of(const std::string& entry) {
  Variable variable;
  variable.name = entry.substr(0, entry.find('='));
  variable.text = entry.substr(std::min(variable.name.size() + 1, entry.size()));
  const std::string_view names = std::string_view(variable.name).substr(kPrefix.size());
  if (names.find(kDivider) == std::string_view::npos) return variable;
  for (const std::string_view part : split(names, kDivider)) {
    std::ranges::transform(part, std::back_inserter(variable.names.emplace_back()), to_lower);
  }
  return variable;
}

/// Tables by their numbers: "9" comes before "10".
bool comes_before(const Variable& one, const Variable& other) {
  const auto shorter_first = [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  };
  return std::ranges::lexicographical_compare(one.names, other.names, shorter_first);
}

using Names = std::span<const std::string>;

/// Applies variables that name members of tables, in the order of the tables.
class MemberApplier {
 public:
  explicit MemberApplier(Record record) : record_(record) {}

  /// False: `names` lead to no table of an array.
  bool apply(const Settings& settings, Names names, const std::string& path,
             const Variable& variable) {
    const auto setting = std::ranges::find(settings, names.front(), &Setting::name);
    if (setting == settings.end() || names.size() < 3) return false;
    const std::string inner = key_of(path, names.front());
    if (const auto* section = std::get_if<Section>(&setting->slot)) {
      return apply(section->settings, names.subspan(1), inner, variable);
    }
    const auto* tables = std::get_if<Tables>(&setting->slot);
    const auto index = tables == nullptr ? std::nullopt : parse_number<std::size_t>(names[1]);
    if (!index) return false;
    apply_to_table(*tables, *index, inner + "[" + std::to_string(*index) + "]", names.subspan(2),
                   variable);
    return true;
  }

  /// After the last: whether the tables that were added have all they need.
  void require_all() {
    for (const Added& table : added_) {
      const std::vector<Settings> tables = table.array->all();
      for (const Setting& setting : tables[table.index]) {
        const std::string key = key_of(table.path, setting.name);
        if (setting.required && !record_.origins.is_set(key)) {
          record_.faults.add("environment", key, "is missing");
        }
      }
    }
  }

 private:
  struct Added {
    const Tables* array;
    std::size_t index;
    std::string path;
  };

  void apply_to_table(const Tables& array, std::size_t index, const std::string& path, Names names,
                      const Variable& variable) {
    std::vector<Settings> tables = array.all();
    if (index > tables.size()) {
      return record_.faults.add(variable.source(), path,
                                "there are only " + std::to_string(tables.size()) +
                                    " before it: count from 0 and leave none out");
    }
    if (index == tables.size()) {
      tables.push_back(array.add());
      added_.push_back({&array, index, path});
    }
    apply_to_member(tables[index], names, path, variable);
  }

  void apply_to_member(const Settings& settings, Names names, std::string path,
                       const Variable& variable) {
    path = key_of(path, names.front());
    const auto setting = std::ranges::find(settings, names.front(), &Setting::name);
    const auto* section =
        setting == settings.end() ? nullptr : std::get_if<Section>(&setting->slot);
    if (section != nullptr && names.size() > 1) {
      return apply_to_member(section->settings, names.subspan(1), std::move(path), variable);
    }
    if (setting == settings.end() || section != nullptr || names.size() > 1) {
      return record_.faults.add(variable.source(), path, "is not a setting");
    }
    apply_text(*setting, variable.text, path, variable.source(), record_);
  }

  Record record_;
  std::vector<Added> added_;
};

}  // namespace

std::string join_variable(const std::string& variable, std::string_view name) {
  std::string joined = variable + (variable == kVariablePrefix ? "_" : std::string(kDivider));
  std::ranges::transform(name, std::back_inserter(joined), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return joined;
}

std::vector<std::string> apply_environment(const Settings& root,
                                           const std::vector<std::string>& environment,
                                           Record record) {
  const std::vector<Leaf> leaves = leaves_of(root);
  std::vector<std::string> known;
  for (const Leaf& leaf : leaves) known.push_back(leaf.variable);
  std::vector<std::string> warnings;
  std::vector<Variable> others;
  for (const std::string& entry : environment) {
    if (!entry.starts_with(kPrefix)) continue;
    Variable variable = variable_of(entry);
    const auto leaf = std::ranges::find(leaves, variable.name, &Leaf::variable);
    if (leaf != leaves.end()) {
      apply_text(*leaf->setting, variable.text, leaf->path, variable.source(), record);
    } else if (!variable.names.empty()) {
      others.push_back(std::move(variable));
    } else if (const auto hint = suggestion(variable.name, known, kNearMiss); !hint.empty()) {
      // Other programs use the prefix, too: for a Service called remit, Kubernetes sets REMIT_PORT,
      // REMIT_SERVICE_HOST and more in every container.
      warnings.push_back("environment: " + variable.name + ": is not a setting and is ignored" +
                         hint);
    }
  }
  std::ranges::sort(others, comes_before);
  MemberApplier members(record);
  for (const Variable& variable : others) {
    if (members.apply(root, variable.names, "", variable)) continue;
    record.faults.add("environment", variable.name,
                      "is not a setting" + suggestion(variable.name, known));
  }
  members.require_all();
  return warnings;
}

void apply_flags(const Settings& root,
                 const std::vector<std::pair<std::string, std::string>>& flags, Record record) {
  const std::vector<Leaf> leaves = leaves_of(root);
  for (const auto& [path, text] : flags) {
    const auto leaf = std::ranges::find(leaves, path, &Leaf::path);
    if (leaf != leaves.end()) {
      apply_text(*leaf->setting, text, leaf->path, std::string(kCommandLine), record);
      continue;
    }
    std::vector<std::string> known;
    for (const Leaf& other : leaves) known.push_back(other.path);
    record.faults.add(kCommandLine, path, "is not a setting" + suggestion(path, known));
  }
}

}  // namespace remit::config
