// What a setting is: its name, its type, its bounds and the field that it goes to.
//
// The tables of settings.cpp are made of these; reading (apply.hpp), printing (print.cpp) and the
// reference (reference.cpp) all follow them, so a new setting is one entry in a table. A setting
// points into the object that its table was made for and must not outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "remit/base/time.hpp"

namespace remit::config {

/// Returns what is wrong with a text, or nothing.
using Check = std::string (*)(std::string_view);

struct Text {
  std::string* to;
  Check check = nullptr;
  /// Masks its value for output; absent when it is not secret.
  std::string (*mask)(const std::string&) = nullptr;
};

/// An array; one text alone stands for an array of one.
struct Texts {
  std::vector<std::string>* to;
  Check check;
  bool may_be_empty = false;
};

struct Integer {
  std::int64_t* to;
  std::int64_t min;
  std::int64_t max;
  /// What is stored for 1.
  std::int64_t unit = 1;
};

struct Boolean {
  bool* to;
};

struct Time {
  Duration* to;
  Duration min;
  Duration max;
};

struct Times {
  std::vector<Duration>* to;
};

/// A decimal, as a number or as text, stored as an integer scaled by 10^scale.
struct Decimal {
  std::int64_t* to;
  int scale;
  std::int64_t min;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

/// One of several words; `set` and `get` use positions in `words`.
struct Choice {
  std::vector<std::string_view> words;
  std::function<void(std::size_t)> set;
  std::function<std::size_t()> get;
};

struct Setting;
using Settings = std::vector<Setting>;

struct Section {
  Settings settings;
};

/// An array of tables, each with the settings that `add` and `all` return for its element.
struct Tables {
  std::function<void()> clear;
  std::function<Settings()> add;
  std::function<std::vector<Settings>()> all;
};

struct Setting {
  std::string_view name;
  std::variant<Text, Texts, Integer, Boolean, Time, Times, Decimal, Choice, Section, Tables> slot;
  std::string_view says = {};  ///< one sentence for docs/configuration.md, in its Markdown
  bool required = false;       ///< of a table in an array
  /// Reserved: it has no effect yet, is not shown, and can only have its default value.
  bool idle = false;
};

/// A setting without effect yet.
[[nodiscard]] inline Setting idle(Setting setting) {
  setting.idle = true;
  return setting;
}

struct Config;
/// The table of all settings.
[[nodiscard]] Settings settings_of(Config& config);

/// The value as the file would have it. Secrets are masked; an array of tables is "[]".
[[nodiscard]] std::string value_text(const Setting& setting);

/// A lower bound above zero that is not reached means that the setting is absent.
[[nodiscard]] bool is_absent(const Setting& setting);

template <class Enum>
[[nodiscard]] Choice choice_of(Enum* to, std::vector<std::string_view> words) {
  return {std::move(words), [to](std::size_t i) { *to = static_cast<Enum>(i); },
          [to] { return static_cast<std::size_t>(*to); }};
}

}  // namespace remit::config
