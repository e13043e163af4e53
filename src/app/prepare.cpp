// What has to be right about the database before anything is built.

#include "remit/app/application.hpp"
#include "remit/storage/lanes.hpp"
#include "remit/storage/migrations.hpp"

namespace remit::app {

std::expected<void, std::string> Application::prepare(const config::Config& config,
                                                      const std::stop_token& stop) {
  const std::string& url = config.database.url;
  if (auto reachable = storage::probe(url, stop); !reachable) {
    return reachable;
  }
  if (!config.database.migrate) {
    return storage::migrations_current(url, stop);
  }
  const auto migrated = storage::migrate(url, {.stop = stop});
  return migrated ? std::expected<void, std::string>() : std::unexpected(migrated.error());
}

}  // namespace remit::app
