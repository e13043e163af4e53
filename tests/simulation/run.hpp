// One simulated run: hours of trouble, then a healed world in which everything has to come to its
// end, then the invariants. A function of its options: the same ones give the same report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "remit/base/time.hpp"
#include "simulation/run_log.hpp"
#include "simulation/run_profile.hpp"

namespace remit::simulation {

struct Options {
  std::uint64_t seed = 1;
  std::int64_t payments = 200;
  Duration trouble = std::chrono::minutes(3);
  bool trace = false;  ///< the last events in words, violations or not
  ShapeProfile* shape = nullptr;
  /// How long a healed world may take to come to rest.
  Duration patience = std::chrono::hours(2);
};

struct Report {
  std::int64_t payments = 0;  ///< accepted
  std::int64_t events = 0;    ///< of the schedule
  FaultCounts faults{};
  std::uint64_t digest = 0;
  Duration simulated{0};
  std::vector<std::string> violations;
  std::string trace;
};

[[nodiscard]] Report run_simulation(const Options& options);

[[nodiscard]] std::int64_t total(const FaultCounts& faults);

}  // namespace remit::simulation
