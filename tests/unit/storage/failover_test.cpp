// Several hosts in one URL: everybody talks to the one that takes writes, whichever that is now.

#include "lanes_fixture.hpp"
#include "remit/storage/examination.hpp"
#include "remit/storage/migrations.hpp"

namespace remit::storage {
namespace {

struct OwnPrimary {
  test::PostgresCluster primary;
};

/// A standby that lags, named before its primary.
class FailoverTest : private OwnPrimary, public LanesTest {
 protected:
  FailoverTest() : LanesTest(primary), standby_(primary.make_standby()) {
    test::PostgresSession(standby_->url_of("postgres")).query("SELECT pg_wal_replay_pause()");
    both_ = url_;
    const std::string folder = primary.socket_folder().string();
    both_.replace(both_.find(folder), folder.size(),
                  standby_->socket_folder().string() + "," + folder);
  }

  [[nodiscard]] std::unique_ptr<Lanes> lanes_of(const std::string& url, bool read_only) {
    LaneSettings result = settings();
    result.url = url;
    result.read_only = read_only;
    return make_lanes(result);
  }
  void fail_over() {
    primary.stop_immediate();
    standby_->promote();
  }

  std::unique_ptr<test::PostgresCluster> standby_;
  std::string both_;
};

TEST_F(FailoverTest, AWriteIsReadAtOnce) {
  const auto writers = lanes_of(both_, false);
  const auto readers = lanes_of(both_, true);
  for (std::int64_t id = 1; id < 5; ++id) {
    ASSERT_EQ(run<SaveNote>(*writers, {id, "text"}), Result<bool>(true));
    EXPECT_EQ(run<ReadNote>(*readers, id).value(), "text");
  }
}

TEST_F(FailoverTest, APromotedStandbyIsFoundWithoutARestart) {
  const auto writers = lanes_of(both_, false);
  const auto readers = lanes_of(both_, true);
  ASSERT_EQ(run<SaveNote>(*writers, {1, "before"}), Result<bool>(true));
  ASSERT_TRUE(run<ReadNote>(*readers, 1).has_value());
  fail_over();
  run_until_seen([&] { return run<SaveNote>(*writers, {2, "after"}).has_value(); });
  run_until_seen([&] { return run<ReadNote>(*readers, 2).has_value(); });
  EXPECT_EQ(run<ReadNote>(*readers, 2).value(), "after");
}

TEST_F(FailoverTest, StartNeedsOneThatTakesWrites) {
  EXPECT_TRUE(probe(both_).has_value());
  EXPECT_TRUE(probe(both_ + "&target_session_attrs=primary").has_value());
  EXPECT_TRUE(probe(both_ + "&target_session_attrs=read-write").has_value());
  EXPECT_TRUE(migrate(both_).has_value());
  EXPECT_EQ(pending_migrations(both_), std::vector<std::string>{});
  const auto refused = probe(standby_->url_of("postgres"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("read-only"), std::string::npos) << refused.error();
}

TEST(StandbyTest, AskingForAStandbyIsRefused) {
  for (const std::string wish : {"any", "prefer-standby", "standby", "read-only"}) {
    const auto refused = probe("postgresql://a,b/remit?target_session_attrs=" + wish);
    ASSERT_FALSE(refused.has_value()) << wish;
    EXPECT_NE(refused.error().find("target_session_attrs=" + wish), std::string::npos)
        << refused.error();
  }
}

}  // namespace
}  // namespace remit::storage
