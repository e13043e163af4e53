// Several tenants and one runner: whose turn it is for a permit, and what is beyond a bound.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "in_flight.hpp"
#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

struct FakeBounds final : TenantBounds {
  [[nodiscard]] std::optional<std::int64_t> bound_of(TenantId tenant) const override {
    const auto found = bounds.find(tenant);
    return found == bounds.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<TenantId, std::int64_t> bounds;
};

constexpr std::uint8_t kOthers = 200;  // the first id of the other tenant

class RunnerTenantsTest : public RunnerTest {
 protected:
  Runner& start_bounded() {
    Runner::Parts bounded = parts();
    bounded.in_flight = std::make_shared<InFlight>(&bounds_);
    runner_ = std::make_unique<Runner>(bounded, settings_);
    runner_->start();
    settle();
    return *runner_;
  }

  [[nodiscard]] static Saga saga_of(TenantId tenant, std::uint8_t number) {
    Saga saga = new_saga(kOneLegPlan, id_of(number));
    saga.tenant = tenant;
    return saga;
  }
  /// Queued.
  void queue(TenantId tenant, std::uint8_t first, int count) {
    for (int i = 0; i < count; ++i) {
      const auto number = static_cast<std::uint8_t>(first + i);
      store_.rows.insert_or_assign(id_of(number), FakeSagas::Row{.saga = saga_of(tenant, number)});
    }
  }
  /// Accepted, stored and run; false: it was stored as due, to be claimed.
  bool accept(TenantId tenant, std::uint8_t number) {
    std::optional<Admitted> admitted = runner_->try_admit(saga_of(tenant, number));
    if (!admitted) {
      queue(tenant, number, 1);
      runner_->wake(Bucket(0), tenant);
      return false;
    }
    const Timestamp stored_at = kStart + clock_.monotonic();
    row_of(*admitted->first(), stored_at);
    runner_->run(std::move(*admitted), {stored_at, kFirstEpoch});
    settle();
    return true;
  }
  /// At how many calls from the first on that payment was sent; empty: it was not.
  [[nodiscard]] std::optional<std::ptrdiff_t> place_of(std::uint8_t number) const {
    const auto found =
        std::ranges::find(provider_.operations, id_of(number), &providers::Operation::payment_id);
    if (found == provider_.operations.end()) return std::nullopt;
    return found - provider_.operations.begin();
  }
  [[nodiscard]] std::int64_t sent_of(std::uint8_t from, std::uint8_t to) const {
    std::int64_t sent = 0;
    for (int number = from; number < to; ++number) {
      if (place_of(static_cast<std::uint8_t>(number))) ++sent;
    }
    return sent;
  }

  FakeBounds bounds_;
};

TEST_F(RunnerTenantsTest, OneThatIsQueuedIsInTheFirstClaim) {
  settings_.concurrency = 16;
  queue(kTenant, 1, 150);
  queue(kOtherTenant, kOthers, 1);
  start();
  settle();
  EXPECT_TRUE(place_of(kOthers));
  EXPECT_EQ(runner_->active(), 15) << "an eighth is kept, as another was seen";
  provider_.answer_all(settled());
  stop();
}

TEST_F(RunnerTenantsTest, OneThatComesToALongQueueIsBegunWhereItIsAccepted) {
  settings_.concurrency = 16;
  queue(kTenant, 1, 150);
  queue(kOtherTenant, kOthers, 1);
  start();
  settle();
  provider_.answer_all(settled());
  settle();
  provider_.answers.clear();
  queue(kTenant, 1, 150);
  runner_->wake(Bucket(0), kTenant);
  settle();
  EXPECT_EQ(runner_->active(), 14) << "an eighth is kept, as another was seen";
  EXPECT_TRUE(accept(kOtherTenant, kOthers + 1));
  EXPECT_TRUE(place_of(kOthers + 1));
  EXPECT_EQ(runner_->waiting(), 0);
  provider_.answer_all(settled());
  stop();
}

TEST_F(RunnerTenantsTest, TheFirstPermitThatIsFreeIsForWhoHasNone) {
  settings_.concurrency = 64;
  queue(kTenant, 1, 150);
  start();
  settle();
  ASSERT_EQ(runner_->active(), 64);
  EXPECT_TRUE(accept(kOtherTenant, kOthers)) << "it waits in memory";
  EXPECT_FALSE(place_of(kOthers));
  queue(kOtherTenant, kOthers + 1, 1);
  runner_->wake(Bucket(0), kOtherTenant);
  settle();
  provider_.answer_one(settled());
  settle();
  EXPECT_TRUE(place_of(kOthers));
  provider_.answer_one(settled());
  settle();
  EXPECT_TRUE(place_of(kOthers + 1)) << "no whole batch is waited for";
  provider_.answer_all(settled());
  stop();
}

TEST_F(RunnerTenantsTest, WaitingOnesTakeTurns) {
  load_.now = load::Load::saturated;
  start();
  settle();
  for (std::uint8_t i = 1; i <= 20; ++i) EXPECT_TRUE(accept(kTenant, i));
  for (std::uint8_t i = 0; i < 3; ++i) EXPECT_TRUE(accept(kOtherTenant, kOthers + i));
  provider_.answer_all(settled());
  settle();
  EXPECT_EQ(count("submit"), 23);
  for (std::uint8_t i = 0; i < 3; ++i) EXPECT_LE(place_of(kOthers + i), 3 + 2 * i);
  stop();
}

TEST_F(RunnerTenantsTest, BothHaveHalfWhenBothHaveMuch) {
  settings_.concurrency = 64;
  queue(kTenant, 1, 100);
  queue(kOtherTenant, 101, 100);
  start();
  settle();
  EXPECT_EQ(runner_->active(), 64);
  EXPECT_EQ(sent_of(1, 101), 32);
  EXPECT_EQ(sent_of(101, 201), 32);
  provider_.answer_all(settled());
  settle();
  for (const auto& [id, row] : store_.rows) EXPECT_EQ(row.saga.status, kCompleted);
  stop();
}

TEST_F(RunnerTenantsTest, WorkBeyondABoundStaysDue) {
  settings_.concurrency = 64;
  bounds_.bounds = {{kTenant, 3}};
  queue(kTenant, 1, 50);
  queue(kOtherTenant, kOthers, 20);
  start_bounded();
  EXPECT_EQ(sent_of(1, 51), 3);
  EXPECT_EQ(sent_of(kOthers, kOthers + 20), 20);
  EXPECT_FALSE(accept(kTenant, 100)) << "nor does it wait in memory";
  EXPECT_TRUE(runner_->is_at_its_bound(kTenant));
  EXPECT_FALSE(runner_->is_at_its_bound(kOtherTenant));
  EXPECT_TRUE(accept(kOtherTenant, kOthers + 20));
  const std::int64_t claims = store_.claims;
  for (int i = 0; i < 8; ++i) pass(settings_.idle_interval / 4);
  EXPECT_LE(store_.claims - claims, 6) << "no looking in vain";
  EXPECT_EQ(sent_of(1, 51), 3);
  provider_.answer_all(settled());
  settle();
  EXPECT_EQ(sent_of(1, 51), 50) << "each portion follows the one before, without a pause";
  EXPECT_TRUE(place_of(100));
  EXPECT_FALSE(runner_->is_at_its_bound(kTenant));
  stop();
}

TEST_F(RunnerTenantsTest, ABoundOfNothingHoldsEverythingBack) {
  bounds_.bounds = {{kTenant, 0}};
  queue(kTenant, 1, 3);
  start_bounded();
  EXPECT_FALSE(accept(kTenant, 10));
  for (int i = 0; i < 8; ++i) pass(settings_.idle_interval);
  EXPECT_EQ(runner_->active(), 0);
  EXPECT_EQ(store_.claims, 0);
  bounds_.bounds.clear();
  provider_.answers = {settled()};
  for (int i = 0; i < 8; ++i) pass(settings_.idle_interval);
  EXPECT_EQ(sent_of(1, 11), 4) << "until it is raised";
  stop();
}

}  // namespace
}  // namespace remit::engine
