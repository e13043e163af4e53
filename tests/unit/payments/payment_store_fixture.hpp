// The payment store over a database of its own, two instances of it, and the engine's store to
// carry payments to their end.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "remit/engine/pg_saga_store.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/payments/pg_payment_store.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"

namespace remit::payments {

inline constexpr Timestamp kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};

class PaymentStoreTest : public testing::Test {
 protected:
  PaymentStoreTest();

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return test::run(loop_, std::move(task));
  }
  /// Starts all of them before waiting for any, so that they meet in batches.
  template <class T>
  std::vector<Result<T>> run_together(std::vector<Task<Result<T>>> tasks);

  ChargeRequest charge(Uuid id, std::int64_t minor = 1'990, Duration after = {}) const;
  NewConversion conversion(std::optional<Uuid> quote_id, std::string key, char print = 'a');
  /// 1000.00 USD to EUR, open until an hour after kStart.
  quotes::Quote quote();
  /// Stores an open quote and answers its id.
  Uuid open_quote();

  /// Carries every due charge to its end at `processor`, as requested at `when`.
  void complete_charges(const std::string& processor, Timestamp when);
  engine::Saga saga_of(Uuid payment_id);
  void save(engine::Step step);

  std::string query(const std::string& sql) { return session_.query(sql); }
  /// How far from zero the ledger's accounts are, together.
  std::string ledger_distance();

  std::string url_;
  test::PostgresSession session_;
  boost::asio::io_context loop_;
  SeededUuidSource ids_{11};
  storage::Lanes lanes_;
  storage::Lanes other_lanes_;
  storage::Lanes read_lanes_;
  PgPaymentStore store_;
  PgPaymentStore other_store_;
  engine::PgSagaStore sagas_;
};

template <class T>
std::vector<Result<T>> PaymentStoreTest::run_together(std::vector<Task<Result<T>>> tasks) {
  std::vector<std::optional<Result<T>>> results(tasks.size());
  std::size_t done = 0;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    boost::asio::co_spawn(loop_, std::move(tasks[i]),
                          [&results, &done, i](std::exception_ptr error, Result<T> result) {
                            if (error) std::rethrow_exception(error);
                            results[i] = std::move(result);
                            ++done;
                          });
  }
  test::run_until(loop_, [&] { return done == results.size(); });
  std::vector<Result<T>> all;
  for (auto& result : results) all.push_back(std::move(*result));
  return all;
}

}  // namespace remit::payments
