#include "array_variables.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <tuple>

#include "text_value.hpp"
#include "variables.hpp"

namespace remit::config {
namespace {

using Names = std::span<const std::string>;

const Setting* find(const Settings& settings, std::string_view name) {
  const auto found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : &*found;
}

std::optional<std::size_t> index_of(std::string_view text) {
  std::size_t index = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed_to, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc() || parsed_to != end) return std::nullopt;
  return index;
}

/// The setting that `names` lead to, with its path appended to `path`; null: there is none.
const Setting* descend(const Settings& settings, Names names, std::string& path) {
  const Setting* setting = find(settings, names.front());
  path += "." + names.front();
  if (setting == nullptr) return nullptr;
  const auto* section = std::get_if<Section>(&setting->slot);
  if (section == nullptr) return names.size() == 1 ? setting : nullptr;
  return names.size() == 1 ? nullptr : descend(section->settings, names.subspan(1), path);
}

void require_all(const Settings& settings, const std::string& path, Record record) {
  for (const Setting& setting : settings) {
    const std::string key = path + "." + std::string(setting.name);
    if (setting.required && !record.origins.is_set(key)) {
      record.faults.add("environment", key, "is missing");
    }
  }
}

}  // namespace

bool ArrayVariables::take(const std::string& variable, const std::string& text) {
  const std::vector<std::string> names = split_variable(variable);
  Names rest = names;
  const Settings* settings = &root_;
  std::string path;
  while (rest.size() > 2) {
    const Setting* setting = find(*settings, rest.front());
    if (setting == nullptr) return false;
    path += (path.empty() ? "" : ".") + rest.front();
    rest = rest.subspan(1);
    if (std::holds_alternative<Tables>(setting->slot)) {
      const std::optional<std::size_t> index = index_of(rest.front());
      if (!index) return false;
      rest = rest.subspan(1);
      members_.push_back({setting, path, *index, {rest.begin(), rest.end()}, variable, text});
      return true;
    }
    const auto* section = std::get_if<Section>(&setting->slot);
    if (section == nullptr) return false;
    settings = &section->settings;
  }
  return false;
}

void ArrayVariables::apply(Record record) {
  std::ranges::sort(members_, {}, [](const Member& member) {
    return std::tie(member.path, member.index, member.variable);
  });
  std::vector<const Member*> firsts;  // of the tables that are added
  for (const Member& member : members_) {
    if (apply(member, record)) firsts.push_back(&member);
  }
  for (const Member* first : firsts) {
    const auto tables = std::get<Tables>(first->array->slot).all();
    require_all(tables[first->index], first->table(), record);
  }
}

bool ArrayVariables::apply(const Member& member, Record record) {
  const std::string source = "environment " + member.variable;
  const auto& array = std::get<Tables>(member.array->slot);
  std::vector<Settings> tables = array.all();
  if (member.index > tables.size()) {
    record.faults.add(source, member.table(),
                      "there are only " + std::to_string(tables.size()) +
                          " before it: count from 0 and leave none out");
    return false;
  }
  const bool is_new = member.index == tables.size();
  if (is_new) tables.push_back(array.add());
  std::string path = member.table();
  const Setting* setting = descend(tables[member.index], member.names, path);
  if (setting == nullptr) {
    record.faults.add(source, path, "is not a setting");
  } else {
    apply_text(*setting, member.text, path, source, record);
  }
  return is_new;
}

}  // namespace remit::config
