// A slice of the seeds, and that a seed says everything.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "simulation/run.hpp"

namespace remit::simulation {
namespace {

class SimulationTest : public testing::TestWithParam<std::uint64_t> {};

std::string words(const Report& report) {
  std::string all;
  for (const std::string& violation : report.violations) all += violation;
  return all;
}

/// So many seeds in one test, beginning with the parameter.
constexpr std::uint64_t kSeedsEach = 20;

TEST_P(SimulationTest, KeepsEveryPromiseWhateverGoesWrong) {
  for (std::uint64_t seed = GetParam(); seed < GetParam() + kSeedsEach; ++seed) {
    const Report report = run_simulation({.seed = seed, .payments = 100});
    EXPECT_TRUE(report.violations.empty())
        << "remit-simulation --payments 100 --seed " << seed << "\n"
        << words(report);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulationTest,
                         testing::Range<std::uint64_t>(1, 1 + 8 * kSeedsEach, kSeedsEach));

/// Of a world in which wallets are used.
Report run_with_wallets(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  options.payments = 10;
  options.shape = &with_wallets;
  return run_simulation(options);
}

class WalletSimulationTest : public SimulationTest {};

TEST_P(WalletSimulationTest, ConservesMoneyWhateverGoesWrong) {
  for (std::uint64_t seed = GetParam(); seed < GetParam() + kSeedsEach; ++seed) {
    const Report report = run_with_wallets(seed);
    EXPECT_TRUE(report.violations.empty())
        << "remit-simulation --wallets --payments 10 --seed " << seed << "\n"
        << words(report);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, WalletSimulationTest, testing::Values(1, 1 + kSeedsEach));

TEST_F(WalletSimulationTest, RepeatsASeedExactly) {
  const Report first = run_with_wallets(1000);
  const Report second = run_with_wallets(1000);
  EXPECT_EQ(first.digest, second.digest);
  EXPECT_EQ(first.events, second.events);
}

TEST_F(SimulationTest, RepeatsASeedExactly) {
  for (std::uint64_t seed = 1000; seed < 1005; ++seed) {
    const Report first = run_simulation({.seed = seed, .payments = 100});
    const Report second = run_simulation({.seed = seed, .payments = 100});
    EXPECT_EQ(first.digest, second.digest);
    EXPECT_EQ(first.events, second.events);
    EXPECT_EQ(first.payments, second.payments);
    EXPECT_EQ(first.faults, second.faults);
  }
}

/// What `remit-simulation`, another process with other addresses, says of a seed.
std::string digest_elsewhere(std::uint64_t seed) {
  const std::string command = std::string(REMIT_SIMULATION_PROGRAM) + " --payments 100 --seed " +
                              std::to_string(seed) + " --digest";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::array<char, 64> line{};
  const char* const read = std::fgets(line.data(), static_cast<int>(line.size()), pipe);
  ::pclose(pipe);
  return read == nullptr ? std::string() : std::string(read);
}

TEST_F(SimulationTest, RepeatsASeedInAnotherProcess) {
  for (std::uint64_t seed = 2000; seed < 2004; ++seed) {
    const Report report = run_simulation({.seed = seed, .payments = 100});
    EXPECT_EQ(digest_elsewhere(seed), std::to_string(report.digest) + "\n");
  }
}

TEST_F(SimulationTest, SeedsDiffer) {
  EXPECT_NE(run_simulation({.seed = 1, .payments = 20}).digest,
            run_simulation({.seed = 2, .payments = 20}).digest);
}

}  // namespace
}  // namespace remit::simulation
