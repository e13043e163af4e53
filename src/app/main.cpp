#include <chrono>
#include <cstdlib>
#include <iostream>

#include "remit/app/command_line.hpp"
#include "remit/base/detached.hpp"
#include "remit/base/standard_streams.hpp"
#include "remit/telemetry/log.hpp"

int main(int argc, char** argv) {
  remit::open_closed_standard_streams();
  const int status = remit::app::run_command_line(argc, argv);
  remit::telemetry::flush_log();
  if (!remit::detached_have_ended(std::chrono::milliseconds(0))) {
    std::cout.flush();
    std::_Exit(status);
  }
  return status;
}
