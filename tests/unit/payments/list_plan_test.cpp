// What a list reads of a table that is full of others.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "remit/payments/payment_operations.hpp"
#include "remit/storage/lanes.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::payments {
namespace {

/// A list, and how many blocks of the database the plan looks at that its lane keeps for it.
struct CountBlocks {
  struct Input {
    ListRequest list;
    storage::Statement explain;
  };
  struct Output {
    std::size_t payments = 0;
    std::int64_t blocks = 0;
  };
  static constexpr std::string_view kName = "test_count_blocks";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<CountBlocks>> slots);
};

std::int64_t number_after(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\"" + name + "\": ");
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + text);
  return std::stoll(text.substr(at + name.size() + 4));
}

void CountBlocks::execute(storage::Transaction& transaction,
                          std::span<storage::Slot<CountBlocks>> slots) {
  for (auto& slot : slots) {
    storage::Slot<ListPayments> list{slot.input.list, {}};
    ListPayments::execute(transaction, std::span(&list, 1));
    const std::string plan =
        storage::read<std::string>(transaction.execute(slot.input.explain)[0][0]);
    slot.output = Output{list.output->size(), number_after(plan, "Shared Hit Blocks") +
                                                  number_after(plan, "Shared Read Blocks")};
  }
}

ListRequest of(std::optional<std::string> status, std::optional<std::string> kind) {
  ListRequest list(kTenant);
  list.status = std::move(status);
  list.kind = std::move(kind);
  return list;
}

#define REMIT_EXPLAIN "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE payment_list"

class ListPlanTest : public testing::Test {
 protected:
  static constexpr std::int64_t kFew = 100;

  ListPlanTest() {
    test::PostgresSession session(url_);
    session.query(
        "INSERT INTO saga (tenant_id, saga_id, kind, status, version, amount, currency, provider,"
        " submitted_at, created_at, updated_at, processed_at)"
        " SELECT 1, gen_random_uuid(), 'charge', CASE WHEN n = 7 THEN 'FAILED' ELSE 'COMPLETED'"
        " END, 1, 1990, 'BRL', 'default', at, at, at, at FROM generate_series(1, 20000) AS n,"
        " LATERAL (SELECT timestamptz '2026-01-01 00:00Z' + n * interval '1 minute' AS at) AS "
        "made");
    session.query("VACUUM saga");
    storage::LaneSettings one;
    one.name = "test-lists";
    one.url = url_;
    one.lanes = 1;
    lanes_.emplace(loop_.get_executor(), one);
  }

  CountBlocks::Output count(ListRequest list, storage::Statement explain) {
    list.limit = 5;
    auto counted = test::run(loop_, lanes_->run<CountBlocks>({std::move(list), explain}));
    if (!counted) throw std::runtime_error(counted.error().detail);
    return *counted;
  }

  std::string url_ = test::migrated_database();
  boost::asio::io_context loop_;
  std::optional<storage::Lanes> lanes_;
};

TEST_F(ListPlanTest, ARareStatusIsFoundWithoutTheOthers) {
  const auto read = count(of("FAILED", {}), {"explain_status", REMIT_EXPLAIN
                                             "(1, NULL, NULL, 'FAILED', NULL, NULL, NULL, 5)"});
  EXPECT_EQ(read.payments, 1U);
  EXPECT_LT(read.blocks, kFew);
}

TEST_F(ListPlanTest, ARareKindIsFoundWithoutTheOthers) {
  const auto read =
      count(of({}, "conversion"),
            {"explain_kind", REMIT_EXPLAIN "(1, NULL, NULL, NULL, 'conversion', NULL, NULL, 5)"});
  EXPECT_EQ(read.payments, 0U);
  EXPECT_LT(read.blocks, kFew);
}

TEST_F(ListPlanTest, AStatusThatNoneOfTheKindHasIsFoundWithoutTheOthers) {
  const auto read =
      count(of("PENDING", "charge"),
            {"explain_both", REMIT_EXPLAIN "(1, NULL, NULL, 'PENDING', 'charge', NULL, NULL, 5)"});
  EXPECT_EQ(read.payments, 0U);
  EXPECT_LT(read.blocks, kFew);
}

TEST_F(ListPlanTest, APageReadsItselfAlone) {
  const auto newest = count(ListRequest(kTenant), {"explain_all", REMIT_EXPLAIN
                                                   "(1, NULL, NULL, NULL, NULL, NULL, NULL, 5)"});
  EXPECT_EQ(newest.payments, 5U);
  EXPECT_LT(newest.blocks, kFew);
  ListRequest old(kTenant);
  old.created_to = Timestamp(std::chrono::sys_days{std::chrono::year{2026} / 1 / 2});
  const auto before = count(
      old, {"explain_old", REMIT_EXPLAIN "(1, NULL, NULL, NULL, NULL, NULL, '2026-01-02Z', 5)"});
  EXPECT_EQ(before.payments, 5U);
  EXPECT_LT(before.blocks, kFew);
}

TEST_F(ListPlanTest, AnExternalIdIsFoundWithoutTheOthers) {
  ListRequest list(kTenant);
  list.external_id = "order-1";
  const auto read =
      count(list, {"explain_external_id", REMIT_EXPLAIN
                   "_external_id(1, NULL, NULL, NULL, NULL, NULL, NULL, 5, 'order-1')"});
  EXPECT_EQ(read.payments, 0U);
  EXPECT_LT(read.blocks, kFew);
}

}  // namespace
}  // namespace remit::payments
