// `remitd serve`: runs the application until a signal ends it.
#pragma once

#include "remit/config/config.hpp"

namespace remit::app {

/// The exit status. SIGTERM and SIGINT drain; a second signal ends at once.
int serve(config::Config config);

}  // namespace remit::app
