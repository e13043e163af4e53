// A simulator that cannot find planted faults proves nothing: each must be found, and within the
// number of seeds that was measured for it.
#include "simulation/planted/planted.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "simulation/run.hpp"

namespace remit::simulation {

void PrintTo(const PlantedFault& fault, std::ostream* out) { *out << fault.name; }

namespace {

/// The first of so many seeds that finds something; 0: none does.
std::uint64_t first_finder(int seeds) {
  for (int seed = 1; seed <= seeds; ++seed) {
    Options options;
    options.seed = static_cast<std::uint64_t>(seed);
    if (!run_simulation(options).violations.empty()) return options.seed;
  }
  return 0;
}

class PlantedFaults : public testing::TestWithParam<PlantedFault> {
 protected:
  void TearDown() override { plant({}); }
};

TEST_P(PlantedFaults, AreFoundInTime) {
  plant(GetParam().name);
  ASSERT_TRUE(is_planted(GetParam().name));
  const std::uint64_t seed = first_finder(GetParam().seeds);
  EXPECT_NE(seed, 0U) << GetParam().about;
  RecordProperty("seed", std::to_string(seed));
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFaults,
                         testing::ValuesIn(planted_faults().begin(), planted_faults().end()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(PlantedFaults, AreHarmlessUntilSwitchedOn) { EXPECT_EQ(first_finder(5), 0U); }

}  // namespace
}  // namespace remit::simulation
