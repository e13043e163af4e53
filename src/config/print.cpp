// The values of settings as the configuration file has them.
#include <algorithm>
#include <iomanip>
#include <sstream>

#include "remit/base/decimal.hpp"
#include "remit/base/text.hpp"
#include "remit/config/load.hpp"
#include "setting.hpp"

namespace remit::config {
namespace {

/// Settings hold no control characters.
std::string in_quotes(std::string_view text) {
  std::ostringstream out;
  out << std::quoted(text);
  return out.str();
}

/// A setting's value as the file would have it; sections become inline tables.
class Printer {
 public:
  std::string operator()(const Text& text) const {
    return in_quotes(text.mask == nullptr ? *text.to : text.mask(*text.to));
  }
  std::string operator()(const Texts& texts) const {
    std::vector<std::string> parts;
    for (const std::string& text : *texts.to) parts.push_back(in_quotes(text));
    return "[" + join(parts) + "]";
  }
  std::string operator()(const Integer& integer) const {
    return std::to_string(*integer.to / integer.unit);
  }
  std::string operator()(const Boolean& boolean) const { return *boolean.to ? "true" : "false"; }
  std::string operator()(const Time& time) const { return in_quotes(remit::to_string(*time.to)); }
  std::string operator()(const Times& times) const {
    std::vector<std::string> parts;
    for (const Duration duration : *times.to)
      parts.push_back(in_quotes(remit::to_string(duration)));
    return "[" + join(parts) + "]";
  }
  std::string operator()(const Decimal& decimal) const {
    return in_quotes(print_decimal_shortest(*decimal.to, decimal.scale));
  }
  std::string operator()(const Choice& choice) const {
    return in_quotes(choice.words[choice.get()]);
  }
  std::string operator()(const Section& section) const {
    std::vector<std::string> parts;
    for (const Setting& setting : section.settings) {
      if (setting.idle) continue;
      parts.push_back(std::string(setting.name) + " = " + std::visit(*this, setting.slot));
    }
    return "{ " + join(parts) + " }";
  }
  /// Never asked: arrays of tables have their own headings.
  std::string operator()(const Tables&) const { return "[]"; }
};

std::string lines_of(const Settings& settings) {
  std::string out;
  for (const Setting& setting : settings) {
    if (std::holds_alternative<Tables>(setting.slot) || is_absent(setting)) continue;
    if (setting.idle) continue;
    out += std::string(setting.name) + " = " + std::visit(Printer(), setting.slot) + "\n";
  }
  return out;
}

std::string tables_of(const std::string& path, const Setting& setting) {
  std::string out;
  const auto* tables = std::get_if<Tables>(&setting.slot);
  if (tables == nullptr) return out;
  for (const Settings& table : tables->all()) out += "\n[[" + path + "]]\n" + lines_of(table);
  return out;
}

bool has_something_to_say(const Section& section) {
  return std::ranges::any_of(section.settings, [](const Setting& one) { return !one.idle; });
}

}  // namespace

bool is_absent(const Setting& setting) {
  const auto* decimal = std::get_if<Decimal>(&setting.slot);
  return decimal != nullptr && *decimal->to < decimal->min;
}

std::string value_text(const Setting& setting) { return std::visit(Printer(), setting.slot); }

std::string print_masked(const Config& config) {
  Config copy = config;
  std::string out;
  for (const Setting& setting : settings_of(copy)) {
    const std::string name(setting.name);
    if (const auto* section = std::get_if<Section>(&setting.slot)) {
      if (!has_something_to_say(*section)) continue;
      out += (out.empty() ? "[" : "\n[") + name + "]\n" + lines_of(section->settings);
      for (const Setting& member : section->settings) {
        out += tables_of(name + "." + std::string(member.name), member);
      }
    }
    out += tables_of(name, setting);
  }
  return out;
}

}  // namespace remit::config
