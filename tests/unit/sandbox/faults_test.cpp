#include "remit/sandbox/faults.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace remit::sandbox {
namespace {

net::JsonValue json(std::string_view text) { return net::parse_json(text).value(); }

std::vector<bool> stream_of(Faults faults, int length) {
  std::vector<bool> taken;
  for (int i = 0; i < length; ++i) taken.push_back(faults.happens(kMillion / 2));
  return taken;
}

TEST(Faults, ReadsRatesExactlyAndKeepsWhatIsNotNamed) {
  Faults faults(1, "default");
  ASSERT_TRUE(faults.update(json(R"({"reject_rate":0.250001,"delay_ms":7})")));
  ASSERT_TRUE(faults.update(json(R"({"failing":true,"garbage_rate":1})")));
  EXPECT_EQ(faults.settings().reject_per_million, 250'001);
  EXPECT_EQ(faults.settings().garbage_per_million, kMillion);
  EXPECT_EQ(faults.settings().delay_ms, 7);
  EXPECT_TRUE(faults.settings().failing);
}

TEST(Faults, RefusesTheWholeUpdateForOneBadMember) {
  Faults faults(1, "default");
  for (const char* bad : {R"({"delay_ms":5,"reject_rate":1.1})", R"({"delay_ms":5,"failing":1})",
                          R"({"delay_ms":5,"unknown":1})", R"({"delay_ms":5,"gateway_status":500})",
                          R"({"delay_ms":-5})", R"({"delay_ms":5,"status":99})", R"([])",
                          R"({"delay_ms":5,"garbage_rate":"0.5"})"}) {
    const Result<void> updated = faults.update(json(bad));
    ASSERT_FALSE(updated) << bad;
    EXPECT_EQ(updated.error().code, kValidationError);
    EXPECT_EQ(faults.settings().delay_ms, 0) << bad;
  }
}

TEST(Faults, ShowsItselfInTheFormItReads) {
  Faults faults(42, "default");
  ASSERT_TRUE(faults.update(json(R"({"drop_response_rate":0.125,"settle_after_polls":9})")));
  Faults copy(1, "default");
  ASSERT_TRUE(copy.update(json(faults.to_json())));
  EXPECT_EQ(copy.to_json(), faults.to_json());
  EXPECT_EQ(stream_of(copy, 64), stream_of(faults, 64));
}

TEST(Faults, ChanceDependsOnSeedAndProviderAlone) {
  EXPECT_EQ(stream_of(Faults(1, "default"), 64), stream_of(Faults(1, "default"), 64));
  EXPECT_NE(stream_of(Faults(1, "default"), 64), stream_of(Faults(2, "default"), 64));
  EXPECT_NE(stream_of(Faults(1, "default"), 64), stream_of(Faults(1, "fallback"), 64));
}

TEST(Faults, RatesComeTrueInTheLongRun) {
  Faults faults(1, "default");
  int count = 0;
  for (int i = 0; i < 100'000; ++i) count += faults.happens(250'000) ? 1 : 0;
  EXPECT_NEAR(count, 25'000, 600);
  EXPECT_FALSE(faults.happens(0));
  EXPECT_TRUE(faults.happens(kMillion));
}

TEST(Faults, SettlementTakesTwoToFourPollsUnlessToldOtherwise) {
  Faults faults(1, "swift-onramp");
  std::vector<int> seen(5);
  for (int i = 0; i < 100; ++i) ++seen.at(static_cast<std::size_t>(faults.draw_polls_to_settle()));
  EXPECT_EQ(seen[0] + seen[1], 0);
  EXPECT_TRUE(seen[2] > 0 && seen[3] > 0 && seen[4] > 0);
  ASSERT_TRUE(faults.update(json(R"({"settle_after_polls":1})")));
  EXPECT_EQ(faults.draw_polls_to_settle(), 1);
}

}  // namespace
}  // namespace remit::sandbox
