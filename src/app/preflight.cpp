#include "preflight.hpp"

#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "remit/base/time.hpp"
#include "remit/config/load.hpp"
#include "remit/providers/provider_set.hpp"
#include "remit/storage/conninfo.hpp"
#include "remit/storage/migrations.hpp"
#include "settings.hpp"

namespace remit::app {
namespace {

std::optional<Refusal> refusal_of_providers(const config::Config& config) {
  boost::asio::io_context loop;
  const SystemClock clock;
  const auto providers = providers::make_providers(loop.get_executor(), config.providers, clock);
  if (providers) return std::nullopt;
  return Refusal{kFailed, providers.error()};
}

/// Empty: it is as `serve` needs it, or `serve` makes it so.
std::string refusal_of_schema(const config::Config& config, const storage::Examination& database) {
  if (database.pending.empty()) return {};
  const std::string missing = storage::not_applied(database.pending);
  if (!config.database.migrate) return missing + ": apply it with " + migrate_command(config);
  if (!database.may_migrate) {
    return of_database(config, missing + ", and its user may not create tables: run " +
                                   migrate_command(config) + " as one who may");
  }
  return {};
}

}  // namespace

std::optional<Refusal> refusal_of_database_url(const config::Config& config) {
  const auto conninfo = storage::complete_conninfo(database_url(config), "remitd");
  if (conninfo) return std::nullopt;
  return Refusal{kWrongUsage, of_database(config, conninfo.error())};
}

std::optional<Refusal> refusal_of_settings(const config::Config& config) {
  if (auto refusal = refusal_of_database_url(config)) return refusal;
  return refusal_of_providers(config);
}

std::expected<storage::Examination, std::string> examine_database(const config::Config& config,
                                                                  const std::stop_token& stop) {
  auto database = storage::examine(database_url(config), stop);
  if (!database) return std::unexpected(of_database(config, database.error()));
  if (std::string refusal = refusal_of_schema(config, *database); !refusal.empty()) {
    return std::unexpected(std::move(refusal));
  }
  return database;
}

std::expected<void, std::string> prepare_database(const config::Config& config,
                                                  const std::stop_token& stop) {
  if (const auto found = examine_database(config, stop); !found) {
    return std::unexpected(found.error());
  }
  if (!config.database.migrate) return {};
  const auto migrated =
      storage::migrate(database_url(config), storage::embedded_migrations(), {.stop = stop});
  if (!migrated) return std::unexpected(of_database(config, migrated.error()));
  return {};
}

std::string migrate_command(const config::Config& config) {
  std::string command = "remitd migrate";
  if (!config.file.empty()) command += " --config " + config.file;
  // Without its value, which may hold a password.
  if (config.database.url_origin == config::kCommandLine) command += " --database-url …";
  return command;
}

std::string of_database(const config::Config& config, const std::string& why) {
  const std::string& origin = config.database.url_origin;
  const bool is_a_phrase = origin == config::kCommandLine || origin == config::kBuiltIn;
  return why + " (database.url of " + (is_a_phrase ? "the " : "") + origin + ")";
}

}  // namespace remit::app
