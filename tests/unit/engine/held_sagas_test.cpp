#include "held_sagas.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

constexpr Duration kLease = seconds(30);
constexpr Duration kLook = seconds(1);

bool all(TenantId /*tenant*/) { return true; }

HeldSagas held_sagas(std::int64_t resting_limit = 1 << 20) {
  return HeldSagas({.lease = kLease,
                    .look_interval = kLook,
                    .waiting_limit = 1 << 20,
                    .resting_limit = resting_limit});
}

Saga polling(std::uint8_t number = 1) {
  Saga saga = submitting(new_saga(kOneLegPlan, id_of(number)), "a");
  return on_submitted(std::move(saga), pending(), at(seconds(0)), Policy{}).saga;
}

LeaseHold lease_until(Duration end) {
  return {.claimed_at = kStart, .earliest = {}, .latest = {}, .lease_end = end};
}

Step resting_for(Saga saga, Duration rest) {
  Step step{.saga = std::move(saga)};
  step.rest = rest;
  return step;
}

TEST(HeldSagas, ASagaRestsThatIsAskedAboutSoon) {
  HeldSagas held = held_sagas();
  EXPECT_TRUE(held.may_rest(resting_for(polling(), seconds(1))));
  EXPECT_TRUE(held.may_rest(resting_for(polling(), kLease * 2 / 3 - kLook)));
  EXPECT_FALSE(held.may_rest(resting_for(polling(), kLease * 2 / 3))) << "long against the lease";
  EXPECT_FALSE(held.may_rest({.saga = polling()})) << "it does not rest";
  EXPECT_FALSE(held.may_rest(resting_for(new_saga(kOneLegPlan), seconds(1))))
      << "any instance may choose for it";
  EXPECT_FALSE(held.may_rest(resting_for(submitting(new_saga(kOneLegPlan), "a"), seconds(1))))
      << "nothing is sent after a rest";
  held.close();
  EXPECT_FALSE(held.may_rest(resting_for(polling(), seconds(1))));
}

TEST(HeldSagas, AreBoundedByTheirBytes) {
  HeldSagas held = held_sagas(1);
  const Step step = resting_for(polling(), seconds(1));
  ASSERT_TRUE(held.may_rest(step));
  held.rest({polling(), lease_until(kLease)}, seconds(1));
  EXPECT_FALSE(held.may_rest(step));
  ASSERT_TRUE(held.resume(seconds(1), all));
  EXPECT_TRUE(held.may_rest(step));
}

TEST(HeldSagas, TheFirstThatIsDueGoesOnFirstAndNoneBefore) {
  HeldSagas held = held_sagas();
  held.rest({polling(1), lease_until(kLease)}, seconds(3));
  held.rest({polling(2), lease_until(kLease)}, seconds(2));
  EXPECT_EQ(held.resting(), 2);
  EXPECT_FALSE(held.resume(seconds(1), all));
  EXPECT_EQ(held.resume(seconds(5), all)->saga.id, id_of(2));
  EXPECT_EQ(held.resume(seconds(5), all)->saga.id, id_of(1));
  EXPECT_FALSE(held.resume(seconds(5), all));
  EXPECT_TRUE(held.empty());
}

TEST(HeldSagas, ALeaseLastsForACallAndItsSave) {
  HeldSagas held = held_sagas();
  EXPECT_TRUE(held.lasts_until(seconds(19), lease_until(kLease)));
  EXPECT_FALSE(held.lasts_until(seconds(20), lease_until(kLease)));
  held.rest({polling(), lease_until(kLease)}, seconds(5));
  EXPECT_FALSE(held.give_back(seconds(20)));
  EXPECT_FALSE(held.resume(seconds(21), all)) << "too late";
  const auto late = held.give_back(seconds(21));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->step.rest, Duration{0});
  EXPECT_EQ(late->step.saga.updated_at, kStart + seconds(21));
  EXPECT_EQ(late->step.saga.legs[0].state, LegState::polling);
  EXPECT_FALSE(held.empty()) << "it is being given back";
  held.on_given_back();
  EXPECT_TRUE(held.empty());
}

TEST(HeldSagas, OnceClosedAllAreGivenBackWithWhatIsLeftOfTheirRest) {
  HeldSagas held = held_sagas();
  held.wait({submitting(new_saga(kOneLegPlan), "a"), lease_until(kLease)});
  held.rest({polling(2), lease_until(kLease)}, seconds(8));
  held.rest({polling(3), lease_until(kLease)}, seconds(2));
  held.close();
  EXPECT_FALSE(held.may_wait(kTenant));
  EXPECT_FALSE(held.begin(all));
  EXPECT_FALSE(held.resume(seconds(3), all));
  std::vector<Duration> rests;
  while (const auto one = held.give_back(seconds(3))) {
    rests.push_back(one->step.rest.value());
    held.on_given_back();
  }
  EXPECT_EQ(rests, (std::vector<Duration>{seconds(0), seconds(0), seconds(5)}));
  EXPECT_TRUE(held.empty());
}

TEST(HeldSagas, DoubtIsAboutThoseThatWait) {
  HeldSagas held = held_sagas();
  held.wait({submitting(new_saga(kOneLegPlan), "a"), lease_until(kLease)});
  held.rest({polling(2), lease_until(kLease)}, seconds(1));
  held.doubt();
  EXPECT_FALSE(held.begin(all));
  const auto doubted = held.give_back(seconds(1));
  ASSERT_TRUE(doubted);
  EXPECT_EQ(doubted->step.saga.legs[0].state, LegState::planned);
  EXPECT_FALSE(held.give_back(seconds(1)));
  EXPECT_EQ(held.resting(), 1) << "fenced, should it be gone";
}

TEST(HeldSagas, SeveralHundredAreGivenBackAtATime) {
  HeldSagas held = held_sagas();
  for (int i = 0; i < 300; ++i) held.rest({polling(), lease_until(kLease)}, seconds(1));
  held.close();
  int count = 0;
  while (held.give_back(seconds(1))) ++count;
  EXPECT_EQ(count, 256);
  held.on_given_back();
  EXPECT_TRUE(held.give_back(seconds(1)));
}

}  // namespace
}  // namespace remit::engine
