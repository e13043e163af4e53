// remit-load: sends requests to a port of this machine at a chosen pace and prints one line of
// JSON.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

#include "load_loop.hpp"
#include "trickle.hpp"

namespace {

using namespace remit::bench;

struct Options {
  std::string mode;
  std::uint16_t port = 0;
  std::size_t connections = 1;
  double seconds = 8;
  double warm_up = 0;
  double timeout = 10;
  double rate = 0;
  Ramp ramp;
  double pause = 1;
  bool charges = false;
  bool conversions = false;
  std::uint32_t wallets = 0;
  std::string path;
  std::string key;
  std::uint32_t numbered = 0;
  int expected_status = 0;
};

Nanoseconds nanoseconds(double seconds) {
  return static_cast<Nanoseconds>(seconds * static_cast<double>(kSecond));
}

Requests make_requests(const Options& options) {
  Requests requests = !options.path.empty() ? Requests::get(options.port, options.path)
                      : options.wallets > 0 ? Requests::transfers(options.port, options.wallets)
                      : options.conversions ? Requests::conversions(options.port)
                                            : Requests::charges(options.port);
  if (!options.key.empty()) requests.show_key(options.key);
  if (options.numbered != 0) requests.number(options.numbered);
  if (options.expected_status != 0) requests.expect(options.expected_status);
  return requests;
}

std::unique_ptr<Pacing> make_pacing(const Options& options, const Window& window) {
  if (options.mode == "open") {
    return open_pacing(options.connections, options.rate, window.begin, window.end);
  }
  if (options.mode == "ramp") return ramp_pacing(options.ramp, window.begin, window.end);
  if (options.mode == "hold") return hold_pacing(options.connections);
  return closed_pacing(options.connections);
}

int run(Options options) {
  // As many sockets as the system allows, and timers that are not rounded.
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1UL);

  if (options.mode == "trickle") {
    const TrickleTally slow = trickle(options.port, options.connections,
                                      make_requests(options).next(), nanoseconds(options.seconds));
    std::cout << slow.to_json() << std::endl;
    return slow.bytes > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  options.ramp.pause = nanoseconds(options.pause);
  LoadLoop loop(options.port, make_requests(options), nanoseconds(options.timeout));
  if (options.mode != "ramp") loop.open(options.connections);
  const Nanoseconds begin = LoadLoop::now();
  const Nanoseconds measure = begin + nanoseconds(options.warm_up);
  const Window window{
      .begin = begin, .measure = measure, .end = measure + nanoseconds(options.seconds)};
  const std::unique_ptr<Pacing> pacing = make_pacing(options, window);
  const Tally tally = loop.run(*pacing, window);
  std::cout << tally.to_json(options.mode) << std::endl;
  return tally.sent > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

CLI::App* add_mode(CLI::App& app, Options& options, const char* name, const char* what) {
  CLI::App* const mode = app.add_subcommand(name, what);
  mode->add_option("--port", options.port, "port of 127.0.0.1")->required();
  mode->add_option("--seconds", options.seconds, "how long is measured")
      ->check(CLI::PositiveNumber);
  mode->add_option("--warm-up", options.warm_up, "seconds before that, not counted")
      ->check(CLI::NonNegativeNumber);
  mode->add_option("--timeout", options.timeout, "seconds after which an answer is an error")
      ->check(CLI::PositiveNumber);
  mode->add_option("--expect", options.expected_status, "status of a good answer");
  mode->add_option("--key", options.key, "an API key to show");
  mode->add_option("--numbered", options.numbered, "ids of this run, 0, 1, 2 …, instead of random");
  auto* const what_to_send = mode->add_option_group("what is sent");
  what_to_send->add_flag("--charges", options.charges,
                         "POST /payments, a charge (also without any)");
  what_to_send->add_flag("--conversions", options.conversions, "POST /payments, a conversion");
  what_to_send
      ->add_option("--transfers", options.wallets, "POST /transactions between so many wallets")
      ->check(CLI::Range(2, 1'000'000));
  what_to_send->add_option("--get", options.path, "GET this path");
  what_to_send->require_option(0, 1);
  mode->callback([&options, name] { options.mode = name; });
  return mode;
}

void add_connections(CLI::App* mode, Options& options) {
  mode->add_option("--connections", options.connections, "keep-alive connections")
      ->required()
      ->check(CLI::Range(1, 1'000'000));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Sends requests to a port of this machine and prints what came of it as one line of JSON.");
  app.require_subcommand(1);
  add_connections(add_mode(app, options, "closed", "each connection always has one outstanding"),
                  options);
  add_connections(add_mode(app, options, "hold", "each connection sends once and stays open"),
                  options);
  add_connections(add_mode(app, options, "trickle", "each connection sends a byte a second"),
                  options);
  CLI::App* const open = add_mode(app, options, "open", "at a constant rate, whatever comes back");
  add_connections(open, options);
  open->add_option("--rate", options.rate, "requests a second")
      ->required()
      ->check(CLI::PositiveNumber);
  CLI::App* const ramp = add_mode(app, options, "ramp", "users that send, wait and pause");
  ramp->add_option("--from", options.ramp.from, "users at first")->check(CLI::Range(1, 100'000));
  ramp->add_option("--to", options.ramp.to, "users at the end, not fewer")->required();
  ramp->add_option("--pause", options.pause, "seconds between an answer and the next request");
  try {
    app.parse(argc, argv);
    if (options.ramp.to < options.ramp.from) throw CLI::ValidationError("--to", "is below --from");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  try {
    return run(std::move(options));
  } catch (const std::exception& error) {
    std::cerr << "remit-load: " << error.what() << std::endl;
    return EXIT_FAILURE;
  }
}
