#include "remit/engine/claim_shares.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace remit::engine {
namespace {

using Counts = ClaimShares::Counts;

constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

struct Tenant {
  std::int64_t held = 0;
  std::int64_t most = kAny;
  std::int64_t has = 0;  ///< work that is due
};

struct Shared {
  Counts given;
  int rounds = 0;
};

Shared share(std::int64_t limit, const std::vector<Tenant>& tenants) {
  std::vector<ClaimShares::Want> wants;
  for (const Tenant& tenant : tenants) wants.push_back({tenant.held, tenant.most});
  ClaimShares shares(limit, wants);
  Shared shared{.given = Counts(tenants.size())};
  while (const auto round = shares.next_round()) {
    ++shared.rounds;
    Counts taken(tenants.size());
    for (std::size_t i = 0; i < tenants.size(); ++i) {
      taken[i] = std::min((*round)[i], tenants[i].has - shared.given[i]);
      shared.given[i] += taken[i];
    }
    shares.on_taken(taken);
  }
  return shared;
}

TEST(ClaimShares, AreAsEqualAsTheyCanBe) {
  struct Case {
    std::string what;
    std::int64_t limit;
    std::vector<Tenant> tenants;
    Counts given;
  };
  const std::vector<Case> cases{
      {"nobody", 10, {}, {}},
      {"nothing to share", 0, {{.has = 5}}, {0}},
      {"one has all", 128, {{.has = 100'000}}, {128}},
      {"one of the other", 128, {{.has = 100'000}, {.has = 1}}, {127, 1}},
      {"both have much", 128, {{.has = 1'000}, {.has = 1'000}}, {64, 64}},
      {"what one holds counts", 100, {{.held = 60, .has = 1'000}, {.has = 1'000}}, {20, 80}},
      {"who holds much waits", 10, {{.held = 60, .has = 1'000}, {.has = 1'000}}, {0, 10}},
      {"the rest goes to those who have more",
       100,
       {{.has = 10}, {.has = 1'000}, {.has = 30}, {.has = 1'000}},
       {10, 30, 30, 30}},
      {"a bound", 100, {{.most = 5, .has = 1'000}, {.has = 1'000}}, {5, 95}},
      {"at its bound", 100, {{.held = 5, .most = 0, .has = 9}, {.has = 3}}, {0, 3}},
      {"fewer than tenants", 2, {{.has = 9}, {.held = 1, .has = 9}, {.has = 9}}, {1, 0, 1}},
      {"what is left over is the first's", 5, {{.has = 9}, {.has = 9}}, {3, 2}},
  };
  for (const Case& one : cases)
    EXPECT_EQ(share(one.limit, one.tenants).given, one.given) << one.what;
}

TEST(ClaimShares, OneTenantIsAskedOnce) {
  EXPECT_EQ(share(128, {{.has = 1'000}}).rounds, 1);
  EXPECT_EQ(share(128, {{.has = 7}}).rounds, 1);
}

/// No permit is left over while somebody wants it; and who got more than another, counted with what
/// both hold, did so because the other had no more or may have no more.
TEST(ClaimShares, AreFairAndWasteNothing) {
  std::mt19937_64 random(7);
  const auto between = [&random](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  for (int turn = 0; turn < 3'000; ++turn) {
    std::vector<Tenant> tenants(static_cast<std::size_t>(between(1, 12)));
    for (Tenant& tenant : tenants) {
      tenant.held = between(0, 3) == 0 ? between(0, 200) : between(0, 3);
      tenant.most = between(0, 3) == 0 ? between(0, 10) : kAny;
      tenant.has = between(0, 2) == 0 ? between(0, 500) : between(0, 4);
    }
    const std::int64_t limit = between(0, 150);
    const Shared shared = share(limit, tenants);
    std::int64_t wanted = 0;
    for (const Tenant& tenant : tenants) wanted += std::min(tenant.most, tenant.has);
    const std::int64_t total =
        std::accumulate(shared.given.begin(), shared.given.end(), std::int64_t{0});
    EXPECT_EQ(total, std::min(limit, wanted));
    for (std::size_t a = 0; a < tenants.size(); ++a) {
      EXPECT_LE(shared.given[a], std::min(tenants[a].most, tenants[a].has));
      for (std::size_t b = 0; b < tenants.size(); ++b) {
        const bool b_could_have_more = shared.given[b] < std::min(tenants[b].most, tenants[b].has);
        if (shared.given[a] == 0 || !b_could_have_more) continue;
        EXPECT_LE(tenants[a].held + shared.given[a], tenants[b].held + shared.given[b] + 1);
      }
    }
    EXPECT_LE(shared.rounds, static_cast<int>(tenants.size()) + 1);
  }
}

}  // namespace
}  // namespace remit::engine
