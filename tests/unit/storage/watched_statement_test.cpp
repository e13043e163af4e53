#include "watched_statement.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "remit/storage/conninfo.hpp"
#include "support/postgres.hpp"

namespace remit::storage {
namespace {

class WatchedStatementTest : public testing::Test {
 protected:
  WatchedStatementTest() {
    holder_.query("CREATE TABLE held ()");
    holder_.query("BEGIN; LOCK TABLE held");
  }

  const std::string url_ = test::PostgresCluster::shared().url();
  const std::string conninfo_ = complete_conninfo(url_, "watched").value();
  test::PostgresSession holder_{url_};
  Connection connection_{conninfo_, SessionKind::migration};
};

TEST_F(WatchedStatementTest, GoesOnWhenItsBlockersCannotBeReported) {
  WatchedStatements watched(
      connection_,
      {.conninfo = conninfo_, .stop = {}, .longest_wait = std::chrono::hours(1), .guard = nullptr});
  std::promise<void> reported;
  watched.on_blocked([&](const std::string&) {
    reported.set_value();
    throw std::runtime_error("no memory is left");
  });
  auto running = std::async(std::launch::async, [&] { watched.run("TABLE held"); });
  reported.get_future().wait();
  holder_.query("COMMIT");
  EXPECT_NO_THROW(running.get());
  EXPECT_FALSE(watched.was_ended());
}

TEST_F(WatchedStatementTest, KnowsWhetherItEndedTheStatement) {
  WatchedStatements watched(
      connection_,
      {.conninfo = conninfo_, .stop = {}, .longest_wait = Duration::zero(), .guard = nullptr});
  EXPECT_ANY_THROW(watched.run("TABLE held"));
  EXPECT_TRUE(watched.was_ended());
  holder_.query("COMMIT");
  EXPECT_NO_THROW(watched.run("TABLE held"));
  EXPECT_FALSE(watched.was_ended());
}

}  // namespace
}  // namespace remit::storage
