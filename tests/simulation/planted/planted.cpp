#include "simulation/planted/planted.hpp"

#include "planted_list.hpp"

namespace remit::simulation {
namespace {

std::string_view planted;  // the name of a row of kPlantedFaults

}  // namespace

std::span<const PlantedFault> planted_faults() { return kPlantedFaults; }

void plant(std::string_view name) {
  planted = {};
  for (const PlantedFault& fault : kPlantedFaults) {
    if (fault.name == name) planted = fault.name;
  }
}

bool is_planted(std::string_view name) { return planted == name; }

}  // namespace remit::simulation
