// The command line of remitd: `remitd serve|migrate|check|health|tenants|keys|version`. Exit
// status: 0 clean, 1 failed while running, 2 wrong usage or configuration.
#pragma once

namespace remit::app {

int run_command_line(int argc, char** argv);

}  // namespace remit::app
