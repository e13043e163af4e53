// Whether `serve` would start with these settings and this database: what `serve` checks first, and
// all that `check` does. It does not test whether the addresses to listen on are free. Any thread;
// blocks for as long as connecting takes.
#pragma once

#include <expected>
#include <optional>
#include <stop_token>
#include <string>

#include "remit/config/config.hpp"
#include "remit/storage/examination.hpp"

namespace remit::app {

constexpr int kFailed = 1;      ///< it failed while running
constexpr int kWrongUsage = 2;  ///< of the program: its words or its settings

/// Why `serve` ends before it begins.
struct Refusal {
  int status = kFailed;  ///< that the program ends with
  std::string why;       ///< one line for an operator
};

/// Checks that do not need the database.
[[nodiscard]] std::optional<Refusal> refusal_of_settings(const config::Config& config);
/// Of these: whether there can be such a database.
[[nodiscard]] std::optional<Refusal> refusal_of_database_url(const config::Config& config);

/// Changes nothing. Returns what does not prevent `serve`, but has to be known. The error is one
/// line for an operator, with kFailed. A request to stop ends the wait for an answer.
[[nodiscard]] std::expected<storage::Examination, std::string> examine_database(
    const config::Config& config, const std::stop_token& stop = {});

/// Before anything is built: checks the database, and migrates it when configured to. Blocks; any
/// thread but the loop's, so that signals are handled meanwhile. A request to stop ends it, unless
/// the system itself hangs.
[[nodiscard]] std::expected<void, std::string> prepare_database(const config::Config& config,
                                                                const std::stop_token& stop);

/// "remitd migrate --config FILE", for the same database.
[[nodiscard]] std::string migrate_command(const config::Config& config);
/// With the setting that led to the database: "… (database.url of the command line)".
[[nodiscard]] std::string of_database(const config::Config& config, const std::string& why);

}  // namespace remit::app
