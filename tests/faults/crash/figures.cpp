#include "faults/crash/figures.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace remit::test {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool is_whole_campaign() {
  static const bool whole = setting("REMIT_FAULT_CAMPAIGN") == "1";
  return whole;
}

void Figures::note_recovery(std::chrono::milliseconds took) {
  ++recoveries;
  worst_recovery = std::max(worst_recovery, took);
}

void Figures::report() const {
  const Json line = {{"scenario", scenario},
                     {"crashes", crashes},
                     {"database_crashes", database_crashes},
                     {"commits_cut", commits_cut},
                     {"recoveries", recoveries},
                     {"worst_recovery_ms", worst_recovery.count()},
                     {"payments", tally.payments},
                     {"lost", tally.lost},
                     {"double", tally.doubled}};
  std::cout << line.dump() << std::endl;
  const std::string path = setting("REMIT_FAULT_FIGURES");
  if (!path.empty()) std::ofstream(path, std::ios::app) << line.dump() + "\n" << std::flush;
}

}  // namespace remit::test
