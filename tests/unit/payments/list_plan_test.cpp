// What a list reads of a table that is full of others.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "remit/payments/payment_operations.hpp"
#include "remit/storage/lanes.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::payments {
namespace {

/// A list, and how many blocks of the database the plans look at that its lane keeps for it.
struct CountBlocks {
  struct Input {
    ListRequest list;
    std::vector<storage::Statement> explain;
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
    slot.output = Output{.payments = list.output->size()};
    for (const storage::Statement& explain : slot.input.explain) {
      const std::string plan = storage::read<std::string>(transaction.execute(explain)[0][0]);
      slot.output->blocks +=
          number_after(plan, "Shared Hit Blocks") + number_after(plan, "Shared Read Blocks");
    }
  }
}

ListRequest of(std::optional<std::string> status, std::optional<std::string> kind) {
  ListRequest list(kTenant);
  list.status = std::move(status);
  list.kind = std::move(kind);
  return list;
}

// The plan of a list. Its parameters: place, position, status, kind, times, limit.
#define REMIT_EXPLAIN "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE payment_"
#define REMIT_LIST(list, status, kind) \
  REMIT_EXPLAIN list "(635, 1, NULL, NULL, " status ", " kind ", NULL, NULL, 5"

/// Charges by age; the oldest but a few has failed, and the newest are under way.
class ListPlanTest : public testing::Test {
 protected:
  static constexpr std::int64_t kFew = 100;

  ListPlanTest() {
    test::PostgresSession session(url_);
    session.query(
        "INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, "
        "provider, submitted_at, is_traced, shelf, created_at, updated_at, processed_at)"
        " SELECT 635, 1, gen_random_uuid(), 'charge', CASE WHEN n = 7 THEN 'FAILED' ELSE "
        "'COMPLETED' END, 2, 1990, 'BRL', 'default', at, n = 7, CASE WHEN n = 7 THEN 'FAILED' "
        "ELSE '' END, at, at, at FROM generate_series(1, 20000) AS n,"
        " LATERAL (SELECT timestamptz '2026-01-01 00:00Z' + n * interval '1 minute' AS at) AS "
        "made");
    add_waiting(session, 10);
    session.query("VACUUM saga, saga_queue");
    storage::LaneSettings one;
    one.name = "test-lists";
    one.url = url_;
    one.lanes = 1;
    lanes_.emplace(loop_.get_executor(), one);
  }

  static void add_waiting(test::PostgresSession& session, int count) {
    session.query(
        "INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, amount, currency, due_at, "
        "is_traced, shelf, created_at, updated_at) SELECT 635, 1, gen_random_uuid(), 'charge', "
        "'PENDING', 1990, 'BRL', at, false, '', at, at FROM generate_series(1, " +
        std::to_string(count) +
        ") AS n, LATERAL (SELECT timestamptz '2026-02-01 00:00Z' + n * interval '1 s' AS at) AS "
        "made");
    session.query(
        "INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id) SELECT bucket, "
        "kind, false, due_at, tenant_id, saga_id FROM saga WHERE due_at IS NOT NULL "
        "ON CONFLICT DO NOTHING");
  }

  CountBlocks::Output count(ListRequest list, std::vector<storage::Statement> explain) {
    list.limit = 5;
    auto counted = test::run(loop_, lanes_->run<CountBlocks>({std::move(list), explain}));
    if (!counted) throw std::runtime_error(counted.error().detail);
    return *counted;
  }
  void expect_few(ListRequest list, std::size_t payments, std::vector<storage::Statement> explain) {
    const auto read = count(std::move(list), std::move(explain));
    EXPECT_EQ(read.payments, payments);
    EXPECT_LT(read.blocks, kFew);
  }

  std::string url_ = test::migrated_database();
  boost::asio::io_context loop_;
  std::optional<storage::Lanes> lanes_;
};

TEST_F(ListPlanTest, ARareStatusIsFoundWithoutTheOthers) {
  expect_few(of("FAILED", {}), 1,
             {{"explain_charges", REMIT_LIST("list_shelf", "'FAILED'", "'charge'") ")"},
              {"explain_conversions", REMIT_LIST("list_shelf", "'FAILED'", "'conversion'") ")"}});
}

TEST_F(ListPlanTest, ARareKindIsFoundWithoutTheOthers) {
  expect_few(of({}, "conversion"), 0,
             {{"explain_kind", REMIT_LIST("list_by_age", "NULL", "'conversion'") ")"}});
}

TEST_F(ListPlanTest, AStatusThatNoneOfTheKindHasIsFoundWithoutTheOthers) {
  expect_few(of("PENDING", "conversion"), 0,
             {{"explain_both", REMIT_LIST("list_shelf", "'PENDING'", "'conversion'") ")"}});
}

TEST_F(ListPlanTest, ChargesUnderWayAreFoundThroughTheQueue) {
  expect_few(of("PENDING", "charge"), 5,
             {{"explain_length", REMIT_EXPLAIN "queue_is_long(635, 'charge', 50000)"},
              {"explain_work", REMIT_LIST("list_under_way", "'PENDING'", "'charge'") ")"}});
  expect_few(of("PROCESSING", "charge"), 0,
             {{"explain_none", REMIT_LIST("list_under_way", "'PROCESSING'", "'charge'") ")"}});
}

/// Then the newest of all charges are among them; what is on a shelf is found as ever.
TEST_F(ListPlanTest, WhileTheQueueIsLongAPageReadsItselfAlone) {
  test::PostgresSession session(url_);
  add_waiting(session, 50'100);
  expect_few(of("PENDING", "charge"), 5,
             {{"explain_waiting", REMIT_LIST("list_by_age", "'PENDING'", "'charge'") ")"}});
  expect_few(of("FAILED", "charge"), 1,
             {{"explain_failed", REMIT_LIST("list_shelf", "'FAILED'", "'charge'") ")"}});
}

TEST_F(ListPlanTest, APageReadsItselfAlone) {
  expect_few(ListRequest(kTenant), 5,
             {{"explain_charges", REMIT_LIST("list_by_age", "NULL", "'charge'") ")"},
              {"explain_conversions", REMIT_LIST("list_by_age", "NULL", "'conversion'") ")"}});
  ListRequest old(kTenant);
  old.created_to = Timestamp(std::chrono::sys_days{std::chrono::year{2026} / 1 / 2});
  expect_few(old, 5,
             {{"explain_old", REMIT_EXPLAIN "list_by_age(635, 1, NULL, NULL, NULL, 'charge', NULL, "
                                            "'2026-01-02Z', 5)"}});
}

TEST_F(ListPlanTest, AnExternalIdIsFoundWithoutTheOthers) {
  ListRequest list(kTenant);
  list.external_id = "order-1";
  expect_few(
      list, 0,
      {{"explain_external_id", REMIT_LIST("list_external_id", "NULL", "NULL") ", 'order-1')"}});
}

}  // namespace
}  // namespace remit::payments
