// Wall clocks that are wrong, or are set while payments are under way.
#include <algorithm>
#include <filesystem>

#include "faults/surrounding_test.hpp"
#include "support/client_load.hpp"
#include "support/faulty_clock.hpp"

namespace remit::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class ClockTest : public SurroundingTest {
 protected:
  /// What the instance says of now is on that side of the database's clock.
  void expect_clock_is_off(const RemitProcess& remit, const std::string& comparison) {
    const std::string now = remit.api().get("/healthz").header("date");
    EXPECT_EQ(sql("SELECT '" + now + "'::timestamptz " + comparison), "t")
        << "the clock is not what this test is about";
  }

  /// Once, or again and again in a campaign.
  static std::vector<seconds> jumps(const std::vector<seconds>& offsets) {
    std::vector<seconds> all;
    for (int i = 0; i < (is_whole_campaign() ? 8 : 1); ++i) {
      all.insert(all.end(), offsets.begin(), offsets.end());
    }
    return all;
  }

  void slow_down(int delay_ms) {
    for (const std::string& name : kProcessors) world.set_faults(name, {{"delay_ms", delay_ms}});
    for (const std::string& name : kRamps) world.set_faults(name, {{"delay_ms", delay_ms}});
  }

  FaultyClock first_clock;
  FaultyClock second_clock;
  const std::string quick_config = remit_config(world, database, "400ms");
  const RemitProcess one{quick_config, quick_leases(), first_clock.environment()};
  const RemitProcess other{quick_config, quick_leases(), second_clock.environment()};
  const std::vector<HttpApi> both = {one.api(), other.api()};
  const Addresses addresses{both};
};

TEST_F(ClockTest, AFalseClockPutsNothingIntoSharedMemoryThatAKillWouldLeaveThere) {
  RemitProcess false_clock(quick_config, {}, first_clock.environment());
  const std::string pid = std::to_string(false_clock.process().pid());
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    EXPECT_FALSE(entry.path().filename().string().ends_with("_" + pid)) << entry.path();
  }
}

/// Payments of which many are unanswered, and nobody knows their outcome, when the clocks jump.
TEST_F(ClockTest, ClocksThatJumpWhilePaymentsAreUnderWayChangeNothing) {
  slow_down(500);
  std::vector<Promise> promises;
  for (const seconds offset :
       jumps({hours(1), hours(-1), hours(26), seconds(-3), hours(-26), seconds(0)})) {
    // Without a rate of today nobody could convert; the second instance stays near the truth.
    std::ranges::copy(pay(addresses, {.charges = 6, .conversions = 2}),
                      std::back_inserter(promises));
    first_clock.jump_to(offset);
    second_clock.jump_to(offset.count() > 0 ? seconds(-3) : seconds(3));
    await_attempts(promises.size());
  }
  slow_down(0);
  expect_agreement(both, promises);
}

TEST_F(ClockTest, ChargesUnderClocksThatAreAllWrongAreMadeOnce) {
  slow_down(500);
  std::vector<Promise> promises;
  for (const seconds offset : jumps({hours(5), hours(-5), hours(48)})) {
    std::ranges::copy(pay(addresses, {.charges = 8}), std::back_inserter(promises));
    first_clock.jump_to(offset);
    second_clock.jump_to(-offset);
    await_attempts(promises.size());
  }
  slow_down(0);
  expect_agreement(both, promises);
}

TEST_F(ClockTest, AnInstanceAheadOfTheOthersChangesNothing) {
  first_clock.jump_to(hours(6));
  expect_clock_is_off(one, "> now() + interval '5 hours'");
  slow_down(500);
  const std::vector<Promise> promises = pay(addresses, {.charges = 12, .conversions = 4});
  await_attempts(promises.size());
  slow_down(0);
  expect_agreement(both, promises);
}

TEST_F(ClockTest, AnInstanceBehindTheOthersChangesNothing) {
  first_clock.jump_to(hours(-6));
  expect_clock_is_off(one, "< now() - interval '5 hours'");
  slow_down(500);
  const std::vector<Promise> promises = pay(addresses, {.charges = 12, .conversions = 4});
  await_attempts(promises.size());
  slow_down(0);
  expect_agreement(both, promises);
}

}  // namespace
}  // namespace remit::test
