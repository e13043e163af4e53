// Lanes whose database may have become another program's.
#include "lanes_fixture.hpp"

namespace remit::storage {
namespace {

using LanesSchemaTest = LanesTest;

TEST_F(LanesSchemaTest, AStatementThatNoLongerFitsRaisesADoubt) {
  int doubts = 0;
  LaneSettings with_doubt = settings();
  with_doubt.on_schema_doubt = [&] { ++doubts; };
  const auto lanes = make_lanes(with_doubt);
  EXPECT_TRUE(run<SaveNote>(*lanes, {1, "before"}).has_value());
  EXPECT_FALSE(run<SaveNote>(*lanes, {2, "poison"}).has_value());
  EXPECT_EQ(doubts, 0);
  session_.query("ALTER TABLE note RENAME COLUMN text TO words");
  EXPECT_FALSE(run<SaveNote>(*lanes, {3, "after"}).has_value());
  EXPECT_EQ(doubts, 1);
}

TEST_F(LanesSchemaTest, OnceToldToRefuseTheyRefuseEverythingInTheGivenWords) {
  const auto lanes = make_lanes(settings());
  EXPECT_TRUE(run<SaveNote>(*lanes, {1, "before"}).has_value());
  lanes->refuse(Problem(kUnavailable, "a newer one is there"));
  const Result<bool> refused = run<SaveNote>(*lanes, {2, "after"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail, "a newer one is there");
  EXPECT_FALSE(ping(*lanes).has_value());
  EXPECT_EQ(session_.query("SELECT count(*) FROM note"), "1");
}

}  // namespace
}  // namespace remit::storage
