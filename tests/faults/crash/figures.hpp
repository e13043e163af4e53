// How much of a campaign is run, and what came of it.
//
// Main thread. The whole is asked for by REMIT_FAULT_CAMPAIGN=1; where REMIT_FAULT_FIGURES names a
// file, each scenario adds a line of JSON to it. Otherwise the figures are only shown.
#pragma once

#include <chrono>
#include <string>

#include "support/agreement.hpp"

namespace remit::test {

[[nodiscard]] bool is_whole_campaign();

struct Figures {
  std::string scenario;
  int crashes = 0;           ///< of remitd
  int database_crashes = 0;  ///< of PostgreSQL
  int commits_cut = 0;       ///< connections lost in the middle of COMMIT
  int recoveries = 0;  ///< payments that a crash found under way, taken up by another instance
  std::chrono::milliseconds worst_recovery{0};
  Tally tally;

  void note_recovery(std::chrono::milliseconds took);
  void report() const;
};

}  // namespace remit::test
