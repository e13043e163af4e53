// Charges in a database of their own, and summaries held against the rows they are about.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "remit/engine/saga_operations.hpp"
#include "remit/engine/total_operations.hpp"
#include "remit/payments/charge_operations.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/storage/lanes.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"

namespace remit::payments {

inline constexpr Timestamp kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};

/// By processor: how many, how much. What was never charged is not in it.
using Counted = std::map<std::string, std::pair<std::int64_t, std::int64_t>>;

/// The product's summary, and the same counted row by row, of one snapshot.
struct CompareSummaries {
  using Input = SummaryRequest;
  struct Output {
    Counted summary;
    Counted rows;
  };
  static constexpr std::string_view kName = "test_compare_summaries";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<CompareSummaries>> slots);
};

/// The plan that a lane keeps for the summary, whatever its parameters.
struct ExplainSummary {
  using Input = SummaryRequest;
  using Output = std::string;
  static constexpr std::string_view kName = "test_explain_summary";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<ExplainSummary>> slots);
};

class SummaryTest : public testing::Test {
 protected:
  explicit SummaryTest(std::string url = test::migrated_database());

  template <class T>
  T run(Task<Result<T>> task) {
    Result<T> result = test::run(loop_, std::move(task));
    if (!result) throw std::runtime_error(result.error().detail);
    return *std::move(result);
  }
  /// Goes on by itself; `open_` counts those that do.
  template <class T, class Then>
  void spawn(Task<Result<T>> task, Then then) {
    ++open_;
    boost::asio::co_spawn(loop_, std::move(task),
                          [this, then](std::exception_ptr error, Result<T> result) {
                            if (error) std::rethrow_exception(error);
                            EXPECT_TRUE(result) << result.error().detail;
                            --open_;
                            if (result) then(*result);
                          });
  }
  std::string query(const std::string& sql) { return session_.query(sql); }

  /// Accepted and claimed, its processor chosen and stored; to be completed.
  engine::Saga sent(Tenant tenant, const std::string& processor, Timestamp when,
                    std::int64_t minor);
  Task<Result<engine::Saved>> complete(engine::Saga saga);
  void expect_agreement(const SummaryRequest& request, storage::Lanes& lanes);

  std::string url_;
  test::PostgresSession session_;
  boost::asio::io_context loop_;
  storage::Lanes lanes_;
  storage::Lanes other_lanes_;
  SeededUuidSource ids_{5};
  int open_ = 0;
};

[[nodiscard]] std::string text_of(const SummaryRequest& request);

}  // namespace remit::payments
