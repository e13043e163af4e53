#include "apply.hpp"

#include <algorithm>
#include <optional>

#include "remit/base/decimal.hpp"
#include "remit/base/text.hpp"

namespace remit::config {
namespace {

/// Control characters, NUL above all, would end or split a text in many places that use it.
std::string fault_of(std::string_view text, Check check) {
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; };
  if (std::ranges::any_of(text, is_control)) return "must not hold control characters";
  return check == nullptr ? std::string() : check(text);
}

/// Reads one value for one setting; each overload knows one type of setting.
class Applier {
 public:
  Applier(const Value& value, const std::string& path, Record record)
      : value_(value), path_(path), record_(record) {}

  void operator()(const Text& text) {
    const auto* given = std::get_if<std::string>(&value_.data);
    if (given == nullptr) return refuse("must be a text");
    if (const std::string wrong = fault_of(*given, text.check); !wrong.empty()) {
      return refuse(wrong);
    }
    *text.to = *given;
  }

  void operator()(const Texts& texts) {
    const std::optional<std::vector<std::string>> given = list_of_texts();
    if (!given) return refuse("must be a text or an array of texts");
    if (given->empty() && !texts.may_be_empty) return refuse("must not be empty");
    for (const std::string& text : *given) {
      if (std::string wrong = fault_of(text, texts.check); !wrong.empty()) {
        return refuse(wrong.append(", is \"").append(text).append("\""));
      }
    }
    *texts.to = *given;
  }

  void operator()(const Integer& integer) {
    const auto* given = std::get_if<std::int64_t>(&value_.data);
    if (given == nullptr) return refuse("must be an integer");
    if (*given < integer.min || *given > integer.max) {
      return refuse("must be between " + std::to_string(integer.min) + " and " +
                    std::to_string(integer.max) + ", is " + std::to_string(*given));
    }
    *integer.to = *given * integer.unit;
  }

  void operator()(const Boolean& boolean) {
    const auto* given = std::get_if<bool>(&value_.data);
    if (given == nullptr) return refuse("must be true or false");
    *boolean.to = *given;
  }

  void operator()(const Time& time) {
    const std::optional<Duration> given = duration_of(value_);
    if (!given) return;
    if (*given < time.min || *given > time.max) {
      return refuse("must be between " + to_string(time.min) + " and " + to_string(time.max) +
                    ", is " + to_string(*given));
    }
    *time.to = *given;
  }

  void operator()(const Times& times) {
    const auto* given = std::get_if<Value::Array>(&value_.data);
    if (given == nullptr || given->empty()) return refuse("must be an array of durations");
    std::vector<Duration> durations;
    for (const Value& element : *given) {
      const std::optional<Duration> duration = duration_of(element);
      if (!duration) return;
      durations.push_back(*duration);
    }
    *times.to = std::move(durations);
  }

  void operator()(const Decimal& decimal) {
    std::string text;
    if (const auto* given = std::get_if<std::string>(&value_.data)) text = *given;
    if (const auto* given = std::get_if<Value::Number>(&value_.data)) text = given->text;
    if (const auto* given = std::get_if<std::int64_t>(&value_.data)) text = std::to_string(*given);
    const std::expected<std::int64_t, std::string> scaled = parse_decimal(text, decimal.scale);
    if (!scaled) return refuse(scaled.error());
    if (*scaled < decimal.min || *scaled > decimal.max) {
      return refuse("must be between " + print_decimal_shortest(decimal.min, decimal.scale) +
                    " and " + print_decimal_shortest(decimal.max, decimal.scale) + ", is " +
                    print_decimal_shortest(*scaled, decimal.scale));
    }
    *decimal.to = *scaled;
  }

  void operator()(const Choice& choice) {
    const auto* given = std::get_if<std::string>(&value_.data);
    const auto found =
        given == nullptr ? choice.words.end() : std::ranges::find(choice.words, *given);
    if (found != choice.words.end()) {
      return choice.set(static_cast<std::size_t>(found - choice.words.begin()));
    }
    refuse("must be one of " + join(choice.words));
  }

  void operator()(const Section& section) {
    if (!std::holds_alternative<Value::Table>(value_.data)) return refuse("must be a table");
    apply_table(section.settings, value_, path_, record_);
  }

  void operator()(const Tables& tables) {
    const auto* given = std::get_if<Value::Array>(&value_.data);
    if (given == nullptr) return refuse("must be an array of tables: write [[" + path_ + "]]");
    tables.clear();
    record_.origins.forget(path_ + "[");
    for (std::size_t i = 0; i < given->size(); ++i) {
      const std::string path = path_ + "[" + std::to_string(i) + "]";
      apply_element(tables.add(), (*given)[i], path);
    }
  }

 private:
  void refuse(std::string_view what) { record_.faults.add(value_.source, path_, what); }

  void apply_element(const Settings& settings, const Value& element, const std::string& path) {
    const auto* members = std::get_if<Value::Table>(&element.data);
    if (members == nullptr) return record_.faults.add(element.source, path, "must be a table");
    for (const Setting& setting : settings) {
      if (std::ranges::find(*members, setting.name, &Value::Member::name) != members->end())
        continue;
      record_.origins.set(key_of(path, setting.name), element.source);
      if (setting.required) {
        record_.faults.add(element.source, key_of(path, setting.name), "is missing");
      }
    }
    apply_table(settings, element, path, record_);
  }

  [[nodiscard]] std::optional<std::vector<std::string>> list_of_texts() const {
    if (const auto* text = std::get_if<std::string>(&value_.data)) return std::vector{*text};
    const auto* array = std::get_if<Value::Array>(&value_.data);
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const Value& element : *array) {
      const auto* text = std::get_if<std::string>(&element.data);
      if (text == nullptr) return std::nullopt;
      texts.push_back(*text);
    }
    return texts;
  }

  /// `set` refuses text that is not a duration.
  std::optional<Duration> duration_of(const Value& value) {
    const auto* text = std::get_if<std::string>(&value.data);
    const auto duration = parse_duration(text == nullptr ? "" : *text);
    if (duration) return *duration;
    refuse(duration.error() + (text == nullptr ? "" : ", is \"" + *text + "\""));
    return std::nullopt;
  }

  const Value& value_;
  const std::string& path_;
  Record record_;
};

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string key_of(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

void apply_value(const Setting& setting, const Value& value, const std::string& path,
                 Record record) {
  record.origins.set(path, value.source);
  const std::string untouched = setting.idle ? value_text(setting) : "";
  std::visit(Applier(value, path, record), setting.slot);
  if (setting.idle && value_text(setting) != untouched) {
    record.faults.add(value.source, path, "does nothing in this version: leave it out");
  }
}

void apply_table(const Settings& settings, const Value& table, const std::string& path,
                 Record record) {
  for (const auto& [name, member] : std::get<Value::Table>(table.data)) {
    const auto found = std::ranges::find(settings, name, &Setting::name);
    if (found != settings.end()) {
      apply_value(*found, member, key_of(path, name), record);
      continue;
    }
    std::vector<std::string> known;
    for (const Setting& setting : settings) known.push_back(key_of(path, setting.name));
    const std::string unknown = key_of(path, name);
    record.faults.add(member.source, unknown, "is not a setting" + suggestion(unknown, known));
  }
}

std::string suggestion(const std::string& name, const std::vector<std::string>& known,
                       std::size_t farthest) {
  std::size_t least = farthest + 1;
  std::string nearest;
  for (const std::string& candidate : known) {
    const std::size_t shorter = std::min(name.size(), candidate.size());
    if (std::max(name.size(), candidate.size()) - shorter >= least) continue;
    // A name of which nothing would be left is not a misspelling.
    const std::size_t edits = distance(name, candidate);
    if (edits >= least || edits * 2 > candidate.size()) continue;
    least = edits;
    nearest = candidate;
  }
  return nearest.empty() ? "" : ", did you mean " + nearest + "?";
}

}  // namespace remit::config
