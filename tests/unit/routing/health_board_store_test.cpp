#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "remit/routing/health_board.hpp"
#include "remit/storage/lanes.hpp"
#include "remit/storage/migrations.hpp"
#include "support/postgres.hpp"
#include "support/run_task.hpp"

namespace remit::routing {
namespace {

using config::ProviderKind;
using std::chrono::minutes;
using std::chrono::seconds;

storage::LaneSettings lanes_of(const std::string& url, bool read_only) {
  storage::LaneSettings settings;
  settings.name = read_only ? "read" : "write";
  settings.url = url;
  settings.read_only = read_only;
  return settings;
}

class PgHealthBoardTest : public testing::Test {
 protected:
  static std::string migrated_url() {
    const std::string url = test::PostgresCluster::shared().url();
    const auto report = storage::migrate(url);
    if (!report) throw std::runtime_error(report.error());
    return url;
  }
  auto claim(Uuid checker) { return test::run(context_, board_.claim_due(slots_, checker)); }
  void make_due() {
    test::PostgresSession(url_).query(
        "UPDATE provider_health SET next_check_at = now() - interval '1 second'");
  }

  std::string url_ = migrated_url();
  boost::asio::io_context context_;
  storage::Lanes write_lanes_{context_.get_executor(), lanes_of(url_, false)};
  storage::Lanes read_lanes_{context_.get_executor(), lanes_of(url_, true)};
  PgHealthBoard board_{write_lanes_, read_lanes_};
  SeededUuidSource ids_{1};
  Uuid one_ = ids_.next();
  Uuid other_ = ids_.next();
  std::vector<HealthSlot> slots_{{ProviderKind::processor, "default", minutes(5)},
                                 {ProviderKind::onramp, "default", minutes(5)}};
};

TEST_F(PgHealthBoardTest, ASlotIsClaimedOncePerInterval) {
  const auto first = claim(one_);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->size(), 2U);
  const auto second = claim(other_);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->empty());
  make_due();
  const auto third = claim(other_);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->size(), 2U);
}

TEST_F(PgHealthBoardTest, OnlyOneOfManyClaimersGetsASlot) {
  std::size_t claimed = 0;
  int answers = 0;
  constexpr int kClaimers = 20;
  for (int i = 0; i < kClaimers; ++i) {
    boost::asio::co_spawn(context_, board_.claim_due(slots_, ids_.next()),
                          [&](std::exception_ptr error, Result<std::vector<HealthSlot>> slots) {
                            ASSERT_FALSE(error);
                            ASSERT_TRUE(slots);
                            claimed += slots->size();
                            ++answers;
                          });
  }
  test::run_until(context_, [&] { return answers == kClaimers; });
  EXPECT_EQ(claimed, slots_.size());
}

TEST_F(PgHealthBoardTest, WhatWasStoredIsRead) {
  ASSERT_TRUE(claim(one_));
  const auto before = test::run(context_, board_.read_all());
  ASSERT_TRUE(before);
  EXPECT_TRUE(before->empty()) << "nobody has been asked yet";
  const Timestamp at{std::chrono::days(20'000) + std::chrono::microseconds(123'456)};
  const BoardEntry entry{ProviderKind::processor, "default", {true, 250, at}};
  ASSERT_TRUE(test::run(context_, board_.store_result(entry, one_)));
  const auto all = test::run(context_, board_.read_all());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().kind, ProviderKind::processor);
  EXPECT_EQ(all->front().name, "default");
  EXPECT_TRUE(all->front().report.failing);
  EXPECT_EQ(all->front().report.min_response_ms, 250);
  EXPECT_EQ(all->front().report.checked_at, at);
}

TEST_F(PgHealthBoardTest, ALateResultOfAnEarlierCheckerIsIgnored) {
  ASSERT_TRUE(claim(one_));
  make_due();
  ASSERT_TRUE(claim(other_));
  const BoardEntry entry{ProviderKind::processor, "default", {true, 250, Timestamp{}}};
  ASSERT_TRUE(test::run(context_, board_.store_result(entry, one_)));
  const auto all = test::run(context_, board_.read_all());
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->empty());
}

}  // namespace
}  // namespace remit::routing
