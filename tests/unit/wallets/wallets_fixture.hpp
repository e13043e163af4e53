// Wallets in a database of their own. Main thread.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <utility>
#include <vector>

#include "remit/storage/lanes.hpp"
#include "remit/wallets/movement_operations.hpp"
#include "remit/wallets/settle_operations.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/wallet_books.hpp"

namespace remit::wallets::test {

class WalletsTest : public testing::Test {
 protected:
  template <class Operation>
  Result<typename Operation::Output> run(typename Operation::Input input) {
    return remit::test::run(loop_, lanes_.run<Operation>(std::move(input)));
  }

  MovementRequest request_of(Movement movement, const std::string& key) const {
    MovementRequest request({.tenant = tenant_,
                             .key = key,
                             .fingerprint = std::string(64, 'a'),
                             .strict = false,
                             .now = Timestamp{}});
    request.movement = std::move(movement);
    return request;
  }
  /// Under a key of its own, or under that one.
  Result<MovementOutcome> carry_out(Movement movement, std::string key = {}) {
    if (key.empty()) key = ids_.next().to_string();
    return run<CarryOutMovement>(request_of(std::move(movement), key));
  }

  void open(const std::string& user, std::int64_t balance, Currency currency = Currency::USD) {
    const OpenWallet wish{.user_id = user,
                          .name = user,
                          .currency = currency,
                          .opening_balance = balance,
                          .deposit_id = ids_.next()};
    ASSERT_EQ(carry_out(wish).value().answer.status, 201);
  }

  Uuid new_id() { return make_id(ids_.next(), tenant_.home()); }

  NewTransfer transfer(const std::string& from, const std::string& to, std::int64_t amount,
                       std::int64_t delay = 0) {
    return {
        .id = new_id(), .from_user = from, .to_user = to, .amount = amount, .delay_seconds = delay};
  }
  /// Its id, when it was taken.
  Uuid create(NewTransfer wish) {
    const Uuid id = wish.id;
    const auto made = carry_out(CreateTransfers{.items = {std::move(wish)}});
    EXPECT_EQ(made.value().answer.status, 201) << made.value().answer.body;
    return id;
  }

  /// All that is due.
  std::int64_t settle(std::int64_t limit = 1'000) {
    std::int64_t ended = 0;
    while (true) {
      const auto done = run<SettleDue>({.bucket = tenant_.home(), .limit = limit}).value();
      ended += done.ended;
      if (done.ended == 0 || done.next_in != Duration::zero()) return ended;
    }
  }

  /// "70+30": balance and reservation.
  std::string holds(const std::string& user) {
    return session_.query("SELECT balance || '+' || reserved FROM wallet WHERE user_id = '" + user +
                          "' AND deleted_at IS NULL");
  }
  std::string status(const Uuid& id) {
    return session_.query(
        "SELECT status || coalesce(' ' || reason, '') FROM wallet_transaction "
        "WHERE transaction_id = '" +
        id.to_string() + "'");
  }

  /// What is wrong with the books; empty: nothing.
  std::string differences() { return remit::test::wallet_differences(session_); }
  void TearDown() override { EXPECT_EQ(differences(), ""); }

  std::string url_ = remit::test::migrated_database();
  remit::test::PostgresSession session_{url_};
  boost::asio::io_context loop_;
  storage::Lanes lanes_{loop_.get_executor(), {.name = "test", .url = url_, .lanes = 2}};
  SeededUuidSource ids_{1};
  Tenant tenant_{kFirstTenant};
};

}  // namespace remit::wallets::test
