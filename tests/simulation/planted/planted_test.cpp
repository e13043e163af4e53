// A simulator that cannot find planted faults proves nothing: each must be found, and within the
// number of seeds that was measured for it.
#include "simulation/planted/planted.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>

#include "simulation/run.hpp"

namespace remit::simulation {

void PrintTo(const PlantedFault& fault, std::ostream* out) { *out << fault.name; }

namespace {

Options options_of(const PlantedFault& fault, int seed) {
  Options options;
  options.seed = static_cast<std::uint64_t>(seed);
  options.payments = fault.payments;
  options.shape = fault.world;
  // What never ends is found sooner.
  options.patience = std::chrono::minutes(15);
  return options;
}

struct Finding {
  int seed = 0;  ///< the first of so many that finds something; 0: none does
  std::string what;
};

Finding look_for(const PlantedFault& fault) {
  for (int seed = fault.first; seed < fault.first + fault.seeds; ++seed) {
    const Report report = run_simulation(options_of(fault, seed));
    if (!report.violations.empty()) return {seed, report.violations.front()};
  }
  return {};
}

class PlantedFaults : public testing::TestWithParam<PlantedFault> {
 protected:
  void TearDown() override { plant({}); }
};

TEST_P(PlantedFaults, AreFoundInTime) {
  plant(GetParam().name);
  ASSERT_TRUE(is_planted(GetParam().name));
  const Finding found = look_for(GetParam());
  ASSERT_NE(found.seed, 0) << GetParam().about;
  RecordProperty("seed", found.seed);
  RecordProperty("finding", found.what.substr(0, found.what.find('\n')));
  // It is the fault that was found, and nothing that its world does by itself.
  plant({});
  const Report healthy = run_simulation(options_of(GetParam(), found.seed));
  for (const std::string& violation : healthy.violations) {
    ADD_FAILURE() << "seed " << found.seed << " without it: " << violation;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFaults,
                         testing::ValuesIn(planted_faults().begin(), planted_faults().end()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(PlantedFaults, AreHarmlessUntilSwitchedOn) {
  const PlantedFault none{
      .name = {}, .first = 1, .seeds = 5, .about = {}, .payments = 200, .world = nullptr};
  EXPECT_EQ(look_for(none).seed, 0);
}

}  // namespace
}  // namespace remit::simulation
