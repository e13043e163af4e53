#include "remit/app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "access_commands.hpp"
#include "fail_with.hpp"
#include "preflight.hpp"
#include "remit/base/text.hpp"
#include "remit/config/load.hpp"
#include "remit/net/probe.hpp"
#include "remit/storage/examination.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/telemetry/log.hpp"
#include "serve.hpp"
#include "settings.hpp"

namespace remit::app {
namespace {

/// Less than the caller waits, so that it gets a reason.
constexpr std::chrono::seconds kHealthTimeout{4};

/// Flags that stand for settings, and the settings they stand for.
struct Flags {
  std::string config_file;
  std::vector<std::string> listen;
  std::string database_url;
  std::string log_level;
  std::string log_format;
  std::vector<std::string> settings;
};

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config_file,
                 "Configuration file (default: remit.toml, when there is one)");
  app.add_option("--listen", flags.listen,
                 "Address to listen on, instead of server.listen; may be repeated");
  app.add_option("--database-url", flags.database_url, "Instead of database.url");
  app.add_option("--log-level", flags.log_level, "Instead of log.level");
  app.add_option("--log-format", flags.log_format, "Instead of log.format");
  app.add_option("--set", flags.settings,
                 "Any setting: --set engine.poll_interval=1s; may be repeated");
}

std::expected<config::LoadRequest, std::string> load_request(const Flags& flags) {
  config::LoadRequest request;
  if (!flags.config_file.empty()) request.file = flags.config_file;
  request.environment = config::process_environment();
  const std::string listen = join(flags.listen, ",");
  for (const auto& [key, value] :
       {std::pair("server.listen", listen), std::pair("database.url", flags.database_url),
        std::pair("log.level", flags.log_level), std::pair("log.format", flags.log_format)}) {
    if (!value.empty()) request.flags.emplace_back(key, value);
  }
  for (const std::string& setting : flags.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      return std::unexpected("--set takes key=value, not " + config::mask_in_text(setting));
    }
    request.flags.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return request;
}

int migrate(const config::Config& config) {
  if (const auto refusal = refusal_of_database_url(config)) {
    return fail_with(refusal->status, refusal->why);
  }
  if (const auto fit = storage::probe(database_url(config)); !fit) {
    return fail_with(kFailed, of_database(config, fit.error()));
  }
  const auto report = storage::migrate(database_url(config));
  if (!report) return fail_with(kFailed, of_database(config, report.error()));
  for (const std::string& name : report->applied) {
    std::cout << "applied " << name << '\n';
  }
  std::cout << "schema version " << report->version << std::endl;
  return EXIT_SUCCESS;
}

int check(const config::Config& config) {
  std::cout << config::print_masked(config);
  if (const auto refusal = refusal_of_settings(config)) {
    return fail_with(refusal->status, refusal->why);
  }
  const auto found = examine_database(config);
  if (!found) return fail_with(kFailed, found.error());
  std::cout << "# the database is reachable and takes writes\n";
  if (found->pending.empty()) {
    std::cout << "# its schema is current\n";
  } else {
    std::cout << "# " << storage::not_applied(found->pending)
              << ": serve applies it when it starts, or now: " << migrate_command(config) << '\n';
  }
  if (!found->not_durable.empty()) {
    std::cout << std::flush;
    return fail_with(kFailed, std::string(storage::kNotDurable) + ": set " +
                                  join(found->not_durable) + " = on in PostgreSQL");
  }
  std::cout << "# it is durable: fsync, full_page_writes and synchronous_commit are on"
            << std::endl;
  return EXIT_SUCCESS;
}

/// Of the instance that serves with this configuration: for the health check of a container.
int health(const config::Config& config) {
  const std::string& address = config.server.listen.front();
  const auto answer = net::probe(address, "/readyz", kHealthTimeout);
  if (!answer) return fail_with(kFailed, answer.error());
  std::cout << answer->body << std::endl;
  constexpr int kOk = 200;
  return answer->status == kOk ? EXIT_SUCCESS : kFailed;
}

int serve_checked(config::Config config) {
  if (const auto refusal = refusal_of_settings(config)) {
    return fail_with(refusal->status, refusal->why);
  }
  return serve(std::move(config));
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app("remit moves money across currencies, processors and chains exactly once", "remitd");
  app.require_subcommand(1);
  Flags flags;
  CLI::App* serve_command =
      app.add_subcommand("serve", "Serve requests and carry payments forward");
  CLI::App* migrate_command = app.add_subcommand("migrate", "Bring the database schema up to date");
  CLI::App* check_command = app.add_subcommand(
      "check", "Print the configuration, and whether serve would start with it and its database");
  CLI::App* health_command = app.add_subcommand(
      "health", "Ask the server with this configuration whether it is ready; 0: it is");
  CLI::App* version_command = app.add_subcommand("version", "Print the version");
  bool print_reference = false;
  check_command->add_flag("--print-reference", print_reference,
                          "Print the reference of all settings, as docs/configuration.md has it");
  for (CLI::App* command : {serve_command, migrate_command, check_command, health_command}) {
    add_flags(*command, flags);
  }
  const AccessCommands access(app, [&](CLI::App& command) { add_flags(command, flags); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream complaint;  // it repeats words of the command line
    const int status = app.exit(error, std::cout, complaint);
    std::cerr << config::mask_in_text(complaint.str()) << std::flush;
    return status == 0 ? EXIT_SUCCESS : kWrongUsage;
  }
  if (version_command->parsed()) {
    std::cout << "remitd " << REMIT_VERSION << std::endl;
    return EXIT_SUCCESS;
  }
  if (print_reference) {
    std::cout << config::print_reference() << std::flush;
    return EXIT_SUCCESS;
  }
  const auto request = load_request(flags);
  if (!request) return fail_with(kWrongUsage, request.error());
  auto loaded = config::load(*request);
  if (!loaded) return fail_with(kWrongUsage, loaded.error());
  config::Config& config = loaded->config;
  telemetry::configure_logging(config.log.level, config.log.format);
  for (const std::string& warning : loaded->warnings) {
    telemetry::log(telemetry::Level::warn, "the configuration", {{"warning", warning}});
  }
  if (migrate_command->parsed()) return migrate(config);
  if (check_command->parsed()) return check(config);
  if (health_command->parsed()) return health(config);
  if (const Command command = access.chosen()) return command(config);
  return serve_checked(std::move(config));
}

}  // namespace remit::app
