// `remitd ledger …`: what each command does. Main thread; the exit status of remitd is returned.
#pragma once

#include "remit/config/config.hpp"

namespace remit::app {

/// Recomputes the checkpoints of all tenants, and prints what it found. 0: all fit; 1: one does
/// not, or the database could not be read.
int verify_ledger(const config::Config& config);

}  // namespace remit::app
