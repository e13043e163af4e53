// Deliberate faults, of which one may be switched on: how the simulator is shown to find what it is
// there to find. Where they are and what they replace: faults.cmake. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace remit::simulation {

struct Profile;

struct PlantedFault {
  std::string_view name;
  int first;  ///< seed
  int seeds;  ///< so many, from that on, of which one must find it
  std::string_view about;
  std::int64_t payments;    ///< in each
  void (*world)(Profile&);  ///< in which it shows; null: any
};

[[nodiscard]] std::span<const PlantedFault> planted_faults();

/// Empty: none.
void plant(std::string_view name);

[[nodiscard]] bool is_planted(std::string_view name);

}  // namespace remit::simulation
