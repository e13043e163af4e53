// remit-follow: follows events over WebSockets of a port of this machine, and prints how late they
// came as one line of JSON. "following" on standard error says when all of them do.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "follow_loop.hpp"

namespace {

void raise_limit_of_files() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int main(int argc, char** argv) {
  remit::bench::FollowOptions options;
  CLI::App app("Follows events over WebSockets and prints how late they came.");
  app.add_option("--port", options.port, "port of 127.0.0.1")->required();
  app.add_option("--sockets", options.sockets, "how many follow")->check(CLI::Range(1, 1'000'000));
  app.add_option("--numbered", options.numbered,
                 "each follows one charge of `remit-load --numbered` with the same number");
  app.add_option("--stalled", options.stalled, "besides them: follow everything, read nothing");
  app.add_option("--warm-up", options.warm_up, "seconds that are not counted")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seconds", options.seconds, "how long is measured")->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : 2;
  }
  try {
    raise_limit_of_files();
    remit::bench::FollowLoop loop(options);
    loop.open();
    std::cerr << "following" << std::endl;
    loop.run();
    std::cout << loop.to_json() << std::endl;
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << "remit-follow: " << error.what() << std::endl;
    return EXIT_FAILURE;
  }
}
