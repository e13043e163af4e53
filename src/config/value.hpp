// A configuration value that is not yet checked against its setting, with its source.
//
// Plain data, made by the readers of each source. Any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace remit::config {

struct Value {
  using Array = std::vector<Value>;
  struct Member;
  using Table = std::vector<Member>;
  /// A number with a point or an exponent, as its shortest decimal text.
  struct Number {
    std::string text;
  };
  /// A date or a time, which no setting takes.
  struct Other {};

  std::variant<std::string, std::int64_t, bool, Number, Array, Table, Other> data;
  /// "remit.toml:12", "environment REMIT_SERVER__LISTEN" or "command line".
  std::string source;
};

struct Value::Member {
  std::string name;
  Value value;
};

/// Reads a TOML document. The error is "<name>:<line>: what".
[[nodiscard]] std::expected<Value, std::string> read_toml(std::string_view text,
                                                          const std::string& name);

}  // namespace remit::config
