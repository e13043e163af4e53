// remit-sandbox: the simulated outside world as a program of its own.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "remit/base/alarm.hpp"
#include "remit/base/standard_streams.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/sandbox/world.hpp"
#include "remit/telemetry/log.hpp"

namespace {

using namespace remit;

constexpr int kUsage = 2;
constexpr std::chrono::milliseconds kDrainTimeout{1'000};

Task<void> stop_world(boost::asio::io_context* loop, sandbox::World* world) {
  co_await world->stop(kDrainTimeout);
  loop->stop();
}

std::string ports_line(const sandbox::World& world) {
  net::JsonWriter line;
  line.begin_object();
  for (const auto& [name, port] : world.ports()) line.member(name, port);
  return line.end_object().take();
}

int serve(sandbox::WorldSettings settings) {
  boost::asio::io_context loop(1);
  const SystemClock clock;
  AsioAlarmFactory alarms(loop.get_executor());
  sandbox::World world(loop.get_executor(), clock, alarms, std::move(settings));
  const std::expected<void, std::string> started = world.start();
  if (!started) {
    telemetry::print_error("remit-sandbox: " + started.error());
    return EXIT_FAILURE;
  }
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    signals.async_wait([&loop](const boost::system::error_code& again, int) {
      if (!again) loop.stop();
    });
    boost::asio::co_spawn(loop, stop_world(&loop, &world), boost::asio::detached);
  });
  std::cout << ports_line(world) << std::endl;
  loop.run();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  remit::open_closed_standard_streams();
  sandbox::WorldSettings settings;
  settings.base_port = 8001;
  CLI::App options(
      "The simulated payment processors, ramps, chains and rates that remit talks to.");
  options.add_option("--base-port", settings.base_port,
                     "port of the first service; 0: each on one of the system's choosing");
  options.add_option("--state", settings.state_file, "file that the books survive a restart in");
  options.add_option("--seed", settings.seed, "where all chance comes from")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{9'223'372'036'854'775'807U}));
  options.add_option("--host", settings.host, "address to listen on");
  try {
    options.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return options.exit(error) == 0 ? EXIT_SUCCESS : kUsage;
  }
  int status = EXIT_FAILURE;
  try {
    status = serve(std::move(settings));
  } catch (const std::exception& error) {
    telemetry::print_error(std::string("remit-sandbox: ") + error.what());
  }
  telemetry::flush_log();
  return status;
}
