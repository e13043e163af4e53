#include "text_value.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace remit::config {
namespace {

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

/// The text itself when it cannot be parsed as the setting's type: `apply_value` then reports the
/// error. Nothing when an error was recorded already.
std::optional<Value> value_of(const Setting& setting, const std::string& text,
                              const std::string& source, Faults& faults) {
  const auto& slot = setting.slot;
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

}  // namespace

void apply_text(const Setting& setting, const std::string& text, const std::string& path,
                const std::string& source, Record record) {
  const std::optional<Value> value = value_of(setting, text, source, record.faults);
  if (value) apply_value(setting, *value, path, record);
}

}  // namespace remit::config
