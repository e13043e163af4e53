// A scenario in which what surrounds the service fails: as every fault test, and with figures for
// the campaign.
#pragma once

#include <string>
#include <vector>

#include "faults/crash/figures.hpp"
#include "faults/fault_test.hpp"

namespace remit::test {

class SurroundingTest : public FaultTest {
 protected:
  void expect_agreement(const std::vector<HttpApi>& instances, const std::vector<Promise>& promises,
                        const Allowances& allowed = {}) {
    FaultTest::expect_agreement(instances, promises, allowed);
    figures.tally = tally_of(world, database, promises);
  }

  void TearDown() override {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    figures.scenario = std::string(test.test_suite_name()) + "." + test.name();
    if (figures.tally.payments > 0) figures.report();
  }

  Figures figures;
};

}  // namespace remit::test
