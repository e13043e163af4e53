// How a command of remitd ends when it fails: with a reason on standard error. Main thread.
#pragma once

#include <string>

#include "preflight.hpp"
#include "remit/base/problem.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::app {

inline int fail_with(int status, const std::string& why) {
  telemetry::print_error("remitd: " + why);
  return status;
}
inline int fail_with(const Problem& problem) { return fail_with(kFailed, problem.detail); }

}  // namespace remit::app
