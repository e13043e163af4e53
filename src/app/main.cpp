#include <cstdlib>

#include "remit/app/command_line.hpp"
#include "remit/storage/abandoned.hpp"
#include "remit/telemetry/log.hpp"

int main(int argc, char** argv) {
  const int status = remit::app::run_command_line(argc, argv);
  remit::telemetry::flush_log();
  if (remit::storage::has_abandoned()) std::_Exit(status);
  return status;
}
