#include <chrono>
#include <cstdlib>

#include "remit/app/command_line.hpp"
#include "remit/storage/detached.hpp"
#include "remit/telemetry/log.hpp"

int main(int argc, char** argv) {
  const int status = remit::app::run_command_line(argc, argv);
  remit::telemetry::flush_log();
  if (!remit::storage::detached_have_ended(std::chrono::milliseconds(0))) std::_Exit(status);
  return status;
}
