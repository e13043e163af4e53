// The reference of all settings, made from the settings themselves.
#include <limits>

#include "remit/base/decimal.hpp"
#include "remit/config/load.hpp"
#include "setting.hpp"
#include "text_sources.hpp"

namespace remit::config {
namespace {

constexpr std::string_view kHead =
    R"(# Configuration

Written by `remitd check --print-reference` from the settings in the code; a test compares the
two.

`remitd serve`, `check`, `migrate` and `health` read settings from these places; later ones win:

1. the built-in defaults below;
2. the file `remit.toml` of the working folder when there is one, or the one after `--config`;
3. the environment, under the names below;
4. the command line: `--set engine.poll_interval=10s`, and `--listen`, `--database-url`,
   `--log-level` and `--log-format` for the common ones.

Unknown settings, wrong types and impossible values are refused, all of them in one message, with
exit status 2. `remitd check` prints the effective settings, with secrets masked. A duration is a
number with `ms`, `s`, `m` or `h`, as `"250ms"`. In the environment and after `--set`, write texts
without quotation marks, and separate several by commas. Of variables that begin with `REMIT_`,
those with a double underscore are settings, and `REMIT_PROVIDERS`; others are ignored.
)";

constexpr std::string_view kProviders =
    R"(
In the environment single members can be set, over the values of the file for the provider with
that number, counted from 0; the number after the last one adds a provider:

    REMIT_PROVIDER__0__KIND=processor
    REMIT_PROVIDER__0__NAME=default
    REMIT_PROVIDER__0__URL=http://processor:8080

or all providers at once, instead of those of the file:

    REMIT_PROVIDERS=[{kind = "processor", name = "default", url = "http://processor:8080"}]
)";

/// What a value must be.
class TypePrinter {
 public:
  std::string operator()(const Text&) const { return "text"; }
  std::string operator()(const Texts&) const { return "text, or array of texts"; }
  std::string operator()(const Boolean&) const { return "true or false"; }
  std::string operator()(const Times&) const { return "array of durations"; }
  std::string operator()(const Integer& integer) const {
    return "integer, " + std::to_string(integer.min) + " to " + std::to_string(integer.max);
  }
  std::string operator()(const Time& time) const {
    return "duration, " + remit::to_string(time.min) + " to " + remit::to_string(time.max);
  }
  std::string operator()(const Decimal& decimal) const {
    const std::string from = print_decimal_shortest(decimal.min, decimal.scale);
    if (decimal.max == std::numeric_limits<std::int64_t>::max()) return "number, from " + from;
    return "number, " + from + " to " + print_decimal_shortest(decimal.max, decimal.scale);
  }
  std::string operator()(const Choice& choice) const {
    std::string words;
    for (const std::string_view word : choice.words) {
      words += (words.empty() ? "`" : ", `") + std::string(word) + "`";
    }
    return words;
  }
  std::string operator()(const Section&) const { return "table"; }
  std::string operator()(const Tables&) const { return "array of tables"; }
};

std::string default_of(const Setting& setting) {
  if (setting.required) return "required";
  return is_absent(setting) ? "none" : "`" + value_text(setting) + "`";
}

constexpr std::string_view kTableHead =
    "\n| setting | variable | type | default | what it does |\n|---|---|---|---|---|\n";

/// `name` and `variable` are the prefixes of all of them: "breaker." and
/// "REMIT_PROVIDER__0__BREAKER".
std::string rows_of(const Settings& settings, const std::string& name,
                    const std::string& variable) {
  std::string rows;
  for (const Setting& setting : settings) {
    if (setting.idle || std::holds_alternative<Tables>(setting.slot)) continue;
    const std::string full_name = name + std::string(setting.name);
    const std::string full_variable = join_variable(variable, setting.name);
    if (const auto* section = std::get_if<Section>(&setting.slot)) {
      rows += rows_of(section->settings, full_name + ".", full_variable);
      continue;
    }
    rows += "| `" + full_name + "` | `" + full_variable + "` | " +
            std::visit(TypePrinter(), setting.slot) + " | " + default_of(setting) + " | " +
            std::string(setting.says) + " |\n";
  }
  return rows;
}

std::string array_of(const Setting& setting, const std::string& name, const std::string& variable) {
  const auto& tables = std::get<Tables>(setting.slot);
  const std::string rows = rows_of(tables.add(), "", join_variable(variable, "0"));
  return "\n## `[[" + name + "]]`\n\n" + std::string(setting.says) + "\n" +
         std::string(kTableHead) + rows;
}

}  // namespace

std::string print_reference() {
  Config config;
  std::string out(kHead);
  for (const Setting& setting : settings_of(config)) {
    const std::string name(setting.name);
    const std::string variable = join_variable(std::string(kVariablePrefix), setting.name);
    if (std::holds_alternative<Tables>(setting.slot)) {
      out += array_of(setting, name, variable) + std::string(kProviders);
      continue;
    }
    const Settings& members = std::get<Section>(setting.slot).settings;
    if (const std::string rows = rows_of(members, "", variable); !rows.empty()) {
      out += "\n## `[" + name + "]`\n" + std::string(kTableHead) + rows;
    }
    for (const Setting& member : members) {
      if (!std::holds_alternative<Tables>(member.slot)) continue;
      out += array_of(member, name + "." + std::string(member.name),
                      join_variable(variable, member.name));
    }
  }
  return out;
}

}  // namespace remit::config
