// Reads the configuration from all sources, or reports everything that is wrong with it.
//
// Sources, later wins: built-in defaults, the file, the environment, flags. An array or a list of
// tables from a later source replaces the earlier one whole. In the environment a setting is called
// REMIT_<SECTION>__<KEY>; arrays are separated by commas, lists of tables are written as in the
// file:
//   REMIT_SERVER__LISTEN=127.0.0.1:9999,unix:/run/remit.sock
//   REMIT_PROVIDERS=[{kind = "processor", name = "default", url = "http://processor:8080"}]
// and single members of their tables, over what is there already, with their number:
//   REMIT_PROVIDER__0__URL=http://processor:8080
// `load` reads a file and is called once, at start; it does not throw. The error is a text of
// several lines, one per fault, each with the source (file and line, variable, command line) and
// the key.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/config/config.hpp"

namespace remit::config {

/// Sources of settings as they are called, beside a line of a file and "environment NAME".
inline constexpr std::string_view kCommandLine = "command line";
inline constexpr std::string_view kBuiltIn = "built-in default";

struct LoadRequest {
  /// Has to exist.
  std::optional<std::string> file;
  /// Read when `file` is not given and this one exists.
  std::string default_file = "remit.toml";
  /// "NAME=VALUE". REMIT_PROVIDERS and names with the prefix REMIT_ and a `__` are settings, and a
  /// fault when there is no such setting; every other variable is ignored.
  std::vector<std::string> environment;
  /// {"server.listen", "127.0.0.1:9999"}, values written as in the environment.
  std::vector<std::pair<std::string, std::string>> flags;
};

struct Loaded {
  Config config;
  /// Warnings for the log, one line each: accepted, but probably a mistake.
  std::vector<std::string> warnings;
};

[[nodiscard]] std::expected<Loaded, std::string> load(const LoadRequest& request);

/// The environment of this process, as LoadRequest wants it.
[[nodiscard]] std::vector<std::string> process_environment();

/// All settings as a file that `load` would read, with passwords and tokens replaced by ***.
[[nodiscard]] std::string print_masked(const Config& config);

/// docs/configuration.md: every setting with its variable, type, bounds, default and what it does.
[[nodiscard]] std::string print_reference();

/// A word of a command line as an error may show it: without what follows "://" or "password=".
[[nodiscard]] std::string mask_in_text(const std::string& text);

}  // namespace remit::config
