// The saga table in a database of its own, with the operations on it and the SQL beneath them.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/engine/claim_operations.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/storage/lanes.hpp"
#include "saga_fixture.hpp"
#include "step_sql.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"

namespace remit::engine {

/// `insert_sagas` and `save_steps`, each as one call for a whole list.
struct InsertAll {
  using Input = std::vector<NewSaga>;
  using Output = Inserted;
  static constexpr std::string_view kName = "test_insert_all";
  static void execute(storage::Transaction& transaction, std::span<storage::Slot<InsertAll>> slots);
};
struct SaveAll {
  using Input = std::vector<Step>;
  using Output = std::vector<bool>;
  static constexpr std::string_view kName = "test_save_all";
  static void execute(storage::Transaction& transaction, std::span<storage::Slot<SaveAll>> slots);
};

class SagaTableTest : public testing::Test {
 protected:
  SagaTableTest();

  template <class T>
  T run(Task<Result<T>> task) {
    Result<T> result = test::run(loop_, std::move(task));
    if (!result) throw std::runtime_error(result.error().detail);
    return *std::move(result);
  }

  void insert(std::vector<Saga> sagas);
  std::vector<Saga> claim(bool has_provider = false, std::int64_t limit = 10,
                          const SagaPlan& plan = kTwoLegPlan);
  /// Of all that a look finds.
  Claimed claim_all(bool has_provider = false, std::int64_t limit = 10,
                    const SagaPlan& plan = kTwoLegPlan);
  /// Claims the only saga that is due.
  Saga claim_one(const SagaPlan& plan = kTwoLegPlan);
  Saved save(Step step);
  void make_due() {
    session_.query(
        "UPDATE saga_lease SET ends_at = now(); UPDATE saga_queue SET due_at = now(); "
        "UPDATE saga SET due_at = q.due_at FROM saga_queue q WHERE q.saga_id = saga.saga_id "
        "AND q.tenant_id = saga.tenant_id");
  }
  void remove_all() {
    session_.query("DELETE FROM saga_lease; DELETE FROM saga_queue; DELETE FROM saga");
  }
  std::string query(const std::string& sql) { return session_.query(sql); }

  std::string url_;
  test::PostgresSession session_;
  boost::asio::io_context loop_;
  storage::Lanes lanes_;
};

}  // namespace remit::engine
