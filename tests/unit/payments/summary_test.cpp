#include <algorithm>
#include <array>
#include <random>

#include "summary_fixture.hpp"
#include "support/tenants.hpp"

namespace remit::payments {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Charges and windows where the edges of units are.
class RandomSummaryTest : public SummaryTest {
 protected:
  explicit RandomSummaryTest(std::string url = test::migrated_database())
      : SummaryTest(std::move(url)) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  /// When a charge was sent: milliseconds.
  Timestamp instant() {
    static constexpr std::array<Duration, 6> kUnits{milliseconds(1), milliseconds(500), seconds(1),
                                                    minutes(1),      hours(1),          days(1)};
    Timestamp time = kStart;
    for (const Duration unit : kUnits) {
      if (below(2) == 0) time += unit * (static_cast<int>(below(3)) - 1);
    }
    return time;
  }
  Tenant tenant() { return below(2) == 0 ? kTenant : kOtherTenant; }
  std::string processor() { return below(2) == 0 ? "default" : "fallback"; }
  SummaryRequest window() {
    std::optional<Timestamp> from = instant() + Duration(below(3));
    std::optional<Timestamp> to = instant() - Duration(below(3));
    if (*to < *from) std::swap(from, to);
    if (below(8) == 0) from.reset();
    if (below(8) == 0) to.reset();
    return {.tenant = tenant(), .from = from, .to = to};
  }

  std::mt19937_64 random_{17};
};

TEST_F(RandomSummaryTest, SaysWhatTheRowsSayHoweverMuchIsMerged) {
  for (int round = 0; round < 6; ++round) {
    std::vector<Task<Result<engine::Saved>>> saves;
    for (int i = 0; i < 40; ++i) {
      saves.push_back(complete(
          sent(tenant(), processor(), instant(), static_cast<std::int64_t>(1 + below(1'000)))));
    }
    for (auto& save : saves) ASSERT_EQ(run(std::move(save)), engine::Saved::saved);
    for (int i = 0; i < 150; ++i) expect_agreement(window(), lanes_);
    run(lanes_.run<engine::MergeTotals>({static_cast<std::int64_t>(below(60))}));
    for (int i = 0; i < 150; ++i) expect_agreement(window(), lanes_);
  }
  expect_agreement({.tenant = kTenant, .from = {}, .to = {}}, lanes_);
  EXPECT_EQ(query("SELECT count(*) > 20 FROM saga_total_delta"), "t") << "both kinds were read";
  EXPECT_EQ(query("SELECT count(DISTINCT unit) FROM saga_total"), "4");
}

/// Each comparison sees one snapshot, in the middle of whatever goes on.
TEST_F(RandomSummaryTest, IsRightAtEveryInstantWhileChargesCompleteAndDeltasAreMerged) {
  std::vector<engine::Saga> sagas;
  for (int i = 0; i < 300; ++i) sagas.push_back(sent(kTenant, processor(), instant(), 7));
  std::int64_t merged = 0;
  const auto add = [&merged](std::int64_t deltas) { merged += deltas; };
  std::size_t compared = 0;
  while (!sagas.empty() || open_ > 0) {
    for (int i = 0; i < 3 && !sagas.empty(); ++i) {
      spawn(complete(std::move(sagas.back())), [](engine::Saved) {});
      sagas.pop_back();
    }
    // Two instances.
    for (storage::Lanes* instance : {&lanes_, &other_lanes_}) {
      if (!sagas.empty()) spawn(instance->run<engine::MergeTotals>({5}), add);
    }
    SummaryRequest request = window();
    request.tenant = kTenant;
    expect_agreement(request, other_lanes_);
    ASSERT_FALSE(HasFailure());
    ++compared;
  }
  EXPECT_GT(compared, 50U);
  EXPECT_GT(merged, 100);
  EXPECT_EQ(
      run(lanes_.run<CompareSummaries>({.tenant = kTenant, .from = {}, .to = {}})).rows.size(), 2U);
}

TEST_F(RandomSummaryTest, APurgeLeavesNothingOfWhatCompletesMeanwhile) {
  for (int round = 0; round < 6; ++round) {
    std::vector<engine::Saga> sagas;
    for (int i = 0; i < 30; ++i) sagas.push_back(sent(kTenant, processor(), instant(), 7));
    ASSERT_EQ(run(complete(sent(kOtherTenant, "default", instant(), 9))), engine::Saved::saved);
    const std::size_t purged_at = below(30);
    for (std::size_t i = 0; i < sagas.size(); ++i) {
      spawn(complete(std::move(sagas[i])), [](engine::Saved) {});
      if (i % 7 == 3) spawn(other_lanes_.run<engine::MergeTotals>({3}), [](std::int64_t) {});
      if (i == purged_at) {
        spawn(other_lanes_.run<PurgeCharges>({kTenant, ids_.next(), kStart}), [](std::int64_t) {});
      }
      loop_.restart();
      loop_.run_one_for(milliseconds(below(4)));
    }
    test::run_until(loop_, [this] { return open_ == 0; });
    expect_agreement({.tenant = kTenant, .from = {}, .to = {}}, lanes_);
    run(other_lanes_.run<PurgeCharges>({kTenant, ids_.next(), kStart}));
    run(lanes_.run<engine::MergeTotals>({1'000}));
    expect_agreement({.tenant = kTenant, .from = {}, .to = {}}, lanes_);
    EXPECT_EQ(query("SELECT count(*) FROM saga_total WHERE tenant_id = 1"), "0");
  }
  EXPECT_EQ(query("SELECT requests FROM saga_total WHERE unit = 86400 AND tenant_id = 2 "
                  "ORDER BY requests DESC LIMIT 1") != "",
            true)
      << "the other tenant's stay";
  expect_agreement({.tenant = kOtherTenant, .from = {}, .to = {}}, lanes_);
}

/// A lane keeps the plan that it made when there was nothing, and one that it makes when there is.
TEST_F(SummaryTest, EveryPartIsReadThroughAnIndexByItsTime) {
  const auto expect_by_index = [this](const char* when) {
    const std::string plan =
        run(lanes_.run<ExplainSummary>({.tenant = kTenant, .from = {}, .to = {}}));
    EXPECT_EQ(plan.find("Seq Scan"), std::string::npos) << when << plan;
    EXPECT_EQ(plan.find("JIT"), std::string::npos) << when << plan;
    for (const char* condition :
         {"begins_at >= part", "begins_at < part", "submitted_at >= part", "submitted_at < part"}) {
      std::size_t found = 0;
      for (std::size_t at = plan.find("Index Cond"); at != std::string::npos;
           at = plan.find("Index Cond", at + 1)) {
        const std::string line = plan.substr(at, plan.find('\n', at) - at);
        if (line.find(condition) != std::string::npos) ++found;
      }
      EXPECT_EQ(found, condition[0] == 'b' ? 2U : 1U) << when << condition << plan;
    }
  };
  expect_by_index("empty");
  query(
      "INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, amount, currency, provider, "
      "submitted_at, is_traced, shelf, created_at, updated_at) SELECT 635, 1, gen_random_uuid(), "
      "'charge', 'COMPLETED', 5, 'BRL', 'default', now() - n * interval '1 s', false, '', now(), "
      "now() "
      "FROM generate_series(1, 20000) AS n");
  query(
      "INSERT INTO saga_total SELECT bucket, tenant_id, kind, 1, date_bin('1 s', submitted_at, "
      "'epoch'), provider, currency, 1, amount FROM saga ON CONFLICT DO NOTHING");
  query(
      "INSERT INTO saga_total_delta (bucket, tenant_id, kind, begins_at, provider, currency, "
      "requests, amount) SELECT bucket, tenant_id, kind, begins_at, provider, currency, 1, 5 "
      "FROM saga_total");
  query("DISCARD PLANS");
  expect_by_index("filled");
  query("ANALYZE");
  expect_by_index("analysed");
}

}  // namespace
}  // namespace remit::payments
