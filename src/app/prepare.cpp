// What has to be right about the database before anything is built.

#include "preflight.hpp"
#include "remit/app/application.hpp"
#include "remit/storage/migrations.hpp"
#include "settings.hpp"

namespace remit::app {

std::expected<void, std::string> Application::prepare(const config::Config& config,
                                                      const std::stop_token& stop) {
  if (const auto found = examine_database(config, stop); !found) {
    return std::unexpected(found.error());
  }
  if (!config.database.migrate) {
    return {};
  }
  const auto migrated = storage::migrate(database_url(config), {.stop = stop});
  return migrated ? std::expected<void, std::string>() : std::unexpected(migrated.error());
}

}  // namespace remit::app
