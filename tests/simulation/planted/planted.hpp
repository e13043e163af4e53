// Deliberate faults, of which one may be switched on: how the simulator is shown to find what it is
// there to find. Where they are and what they replace: faults.cmake. One thread.
#pragma once

#include <span>
#include <string_view>

namespace remit::simulation {

struct PlantedFault {
  std::string_view name;
  int from;   ///< the first seed to try: one that only few seeds find is not looked for from 1
  int seeds;  ///< the last, by which it must be found
  std::string_view about;
};

[[nodiscard]] std::span<const PlantedFault> planted_faults();

/// Empty: none.
void plant(std::string_view name);

[[nodiscard]] bool is_planted(std::string_view name);

}  // namespace remit::simulation
