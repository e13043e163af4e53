#include "saga_line.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

constexpr TenantId kA(1);
constexpr TenantId kB(2);
constexpr TenantId kC(3);

SagaLine::Entry entry(TenantId tenant, std::uint8_t number, Duration due = Duration{0}) {
  Saga saga = new_saga(kOneLegPlan, id_of(number));
  saga.tenant = tenant;
  return {.saga = std::move(saga), .lease = {}, .due = due};
}

bool any(const SagaLine::Entry& /*entry*/) { return true; }

std::vector<TenantId> tenants_in_turn(SagaLine& line, Duration now = Duration{0}) {
  std::vector<TenantId> tenants;
  while (const auto popped = line.pop_in_turn(now, any)) tenants.push_back(popped->saga.tenant);
  return tenants;
}

TEST(SagaLine, TheFirstOfATenantComesFirst) {
  SagaLine line;
  for (std::uint8_t i = 1; i <= 3; ++i) line.push(entry(kA, i));
  for (std::uint8_t i = 1; i <= 3; ++i) EXPECT_EQ(line.pop_in_turn({}, any)->saga.id, id_of(i));
  EXPECT_FALSE(line.pop_in_turn({}, any));
  EXPECT_TRUE(line.empty());
  EXPECT_EQ(line.bytes(), 0);
}

TEST(SagaLine, TenantsTakeTurns) {
  SagaLine line;
  for (std::uint8_t i = 1; i <= 5; ++i) line.push(entry(kA, i));
  line.push(entry(kB, 6));
  line.push(entry(kC, 7));
  line.push(entry(kC, 8));
  EXPECT_EQ(tenants_in_turn(line), (std::vector{kA, kB, kC, kA, kC, kA, kA, kA}));
}

TEST(SagaLine, ATenantThatMayNotGoIsPassedOver) {
  SagaLine line;
  line.push(entry(kA, 1));
  line.push(entry(kA, 2));
  line.push(entry(kB, 3));
  const auto not_a = [](const SagaLine::Entry& one) { return one.saga.tenant != kA; };
  EXPECT_EQ(line.pop_in_turn({}, not_a)->saga.id, id_of(3));
  EXPECT_FALSE(line.pop_in_turn({}, not_a));
  EXPECT_EQ(line.pop_in_turn({}, any)->saga.id, id_of(1)) << "it has kept its place";
}

TEST(SagaLine, TheFrontIsTheFirstOfAll) {
  SagaLine line;
  line.push(entry(kB, 1, seconds(2)));
  line.push(entry(kA, 2, seconds(3)));
  line.push(entry(kA, 3, seconds(1)));
  EXPECT_EQ(line.front().saga.id, id_of(3));
  EXPECT_EQ(line.pop_front().saga.id, id_of(3));
  EXPECT_EQ(line.pop_front().saga.id, id_of(1));
  EXPECT_EQ(line.front().saga.id, id_of(2));
}

TEST(SagaLine, NoneGoesOnBeforeItIsDue) {
  SagaLine line;
  line.push(entry(kA, 1, seconds(1)));
  line.push(entry(kA, 2, seconds(5)));
  line.push(entry(kB, 3, seconds(2)));
  EXPECT_FALSE(line.pop_in_turn(milliseconds(999), any));
  EXPECT_EQ(tenants_in_turn(line, seconds(3)), (std::vector{kA, kB}));
  EXPECT_EQ(tenants_in_turn(line, seconds(5)), std::vector{kA});
}

TEST(SagaLine, KnowsItsBytes) {
  SagaLine line;
  line.push(entry(kA, 1));
  const std::int64_t one = line.bytes();
  EXPECT_GT(one, 0);
  line.push(entry(kB, 2));
  EXPECT_EQ(line.bytes_of(kA), one);
  EXPECT_EQ(line.bytes(), one + line.bytes_of(kB));
  static_cast<void>(line.pop_front());
  EXPECT_EQ(line.bytes_of(kA), 0);
}

/// Whatever is done to it: nothing is lost, none goes on too early, and among those that are due
/// nobody has a second turn before each of the others has had one.
TEST(SagaLine, IsFairInAnyOrder) {
  std::mt19937_64 random(3);
  const auto between = [&random](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  SagaLine line;
  std::int64_t size = 0;
  std::map<TenantId, int> passed_over;  // turns of others since its last, while it was due
  Duration now{0};
  std::map<TenantId, std::multiset<Duration>> dues;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t what = between(0, 9);
    if (what < 5) {
      const TenantId tenant(static_cast<std::int32_t>(between(0, 3) > 0 ? 1 : between(2, 6)));
      const Duration due = now + milliseconds(between(-50, 50));
      line.push(entry(tenant, 1, due));
      dues[tenant].insert(due);
      ++size;
    } else if (what < 6) {
      now += milliseconds(between(0, 20));
    } else if (what < 7 && size > 0) {
      const SagaLine::Entry front = line.pop_front();
      for (const auto& [tenant, its] : dues) {
        if (!its.empty()) EXPECT_LE(front.due, *its.begin());
      }
      dues[front.saga.tenant].erase(dues[front.saga.tenant].begin());
      passed_over.erase(front.saga.tenant);
      --size;
    } else if (const auto popped = line.pop_in_turn(now, any)) {
      EXPECT_LE(popped->due, now);
      const TenantId served = popped->saga.tenant;
      EXPECT_EQ(popped->due, *dues[served].begin());
      dues[served].erase(dues[served].begin());
      passed_over.erase(served);
      for (const auto& [tenant, its] : dues) {
        if (tenant == served || its.empty() || *its.begin() > now) continue;
        EXPECT_LE(++passed_over[tenant], 6);
      }
      --size;
    }
    ASSERT_EQ(line.size(), size);
  }
}

}  // namespace
}  // namespace remit::engine
