// Random histories, against a bank that carries out one request after the other, and over two
// connections at once.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "naive_bank.hpp"
#include "random_wishes.hpp"
#include "remit/wallets/wallet_operations.hpp"
#include "wallets_fixture.hpp"

namespace remit::wallets::test {
namespace {

std::string code_of(const Result<MovementOutcome>& outcome) {
  return outcome ? std::to_string(outcome->answer.status) : std::string(outcome.error().code.name);
}

/// How often a text is in another.
std::int64_t count(const std::string& text, const std::string& wanted) {
  std::int64_t found = 0;
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    ++found;
  }
  return found;
}

class HistoryTest : public WalletsTest, public testing::WithParamInterface<std::uint64_t> {
 protected:
  std::string wallets() {
    return session_.query(
        "SELECT string_agg(user_id || ': ' || balance || '+' || reserved, ', ' ORDER BY wallet_id) "
        "FROM wallet");
  }
  std::string transfers() {
    return session_.query(
        "SELECT coalesce(string_agg(transaction_id || ' ' || status || ' ' || coalesce(moved, 0) "
        "|| coalesce(reason, '') || E'\\n', '' ORDER BY transaction_id), '') "
        "FROM wallet_transaction WHERE kind = 'transfer'");
  }
  /// One request, of the product and of the bank.
  void step(RandomWishes& wishes, NaiveBank& bank) {
    bank.begin();
    switch (wishes.draw(12)) {
      case 0:
        return open(wishes.opening(), bank);
      case 1:
      case 2:
        return move(wishes.funds(), bank);
      case 3:
      case 4:
        return create(wishes.is_one_of(4) ? wishes.transfer_again() : wishes.transfer(), bank);
      case 5:
      case 6:
        return create_all(wishes.transfers(6), bank);
      case 7:
      case 8:
        return capture(wishes.capture(bank.open_ones()), bank);
      case 9:
        return cancel(wishes.one_of(bank.open_ones()), bank);
      case 10:
        return wishes.is_one_of(2) ? freeze(wishes.user(), wishes.is_one_of(3), bank)
                                   : remove(wishes.user(), bank);
      default:
        return settle_some(wishes.draw(4), bank);
    }
  }

  void open(const OpenWallet& wish, NaiveBank& bank) {
    const std::string expected = bank.open(wish);
    EXPECT_EQ(code_of(carry_out(wish)), expected);
  }
  void move(const MoveFunds& wish, NaiveBank& bank) {
    // Two uses of a key are one movement.
    const std::string key = new_id().to_string();
    const std::string expected = bank.move(wish);
    EXPECT_EQ(code_of(carry_out(wish, key)), expected);
    if (expected == "201") EXPECT_TRUE(carry_out(wish, key).value().answer.replayed);
  }
  void create(const NewTransfer& wish, NaiveBank& bank) {
    const std::string expected = bank.create(wish);
    EXPECT_EQ(code_of(carry_out(CreateTransfers{.items = {wish}})), expected);
  }
  void create_all(const CreateTransfers& wish, NaiveBank& bank) {
    std::int64_t taken = 0;
    for (const NewTransfer& item : wish.items) taken += bank.create(item) == "201" ? 1 : 0;
    const auto made = carry_out(wish).value();
    EXPECT_EQ(count(made.answer.body, "\"status\":201"), taken) << made.answer.body;
  }
  void capture(const CaptureHold& wish, NaiveBank& bank) {
    const std::string expected = bank.capture(wish);
    EXPECT_EQ(code_of(carry_out(wish)), expected);
  }
  void cancel(const Uuid& id, NaiveBank& bank) {
    const std::string expected = bank.cancel(id);
    const Result<bool> cancelled = run<CancelTransaction>({tenant_, id});
    EXPECT_EQ(cancelled ? "204" : std::string(cancelled.error().code.name), expected);
  }
  void freeze(const std::string& user, bool is_frozen, NaiveBank& bank) {
    const std::string expected = bank.freeze(user, is_frozen);
    const FreezeWallet::Input wish{{tenant_, user}, is_frozen ? "inquiry" : ""};
    EXPECT_EQ(run<FreezeWallet>(wish).value() ? "200" : "none", expected);
  }
  void remove(const std::string& user, NaiveBank& bank) {
    const std::string expected = bank.remove(user);
    const Result<bool> removed = run<DeleteWallet>({tenant_, user});
    const std::string said = !removed   ? std::string(removed.error().code.name)
                             : *removed ? "204"
                                        : "none";
    EXPECT_EQ(said, expected);
  }
  void settle_some(std::int64_t limit, NaiveBank& bank) {
    if (limit == 0) limit = 100;
    const std::int64_t expected = bank.settle(limit);
    const SettleDue::Input wish{.bucket = tenant_.home(), .limit = limit};
    EXPECT_EQ(run<SettleDue>(wish).value().ended, expected);
  }
};

/// Requests of two clients at once, each with a connection of its own.
class TwoConnectionsTest : public HistoryTest {
 protected:
  template <class Operation>
  Task<void> ask(storage::Lanes& lanes, typename Operation::Input input) {
    const auto answer = co_await lanes.run<Operation>(std::move(input));
    if (!answer) EXPECT_LT(answer.error().code.status, 500) << answer.error().detail;
  }

  Task<void> carry(storage::Lanes& lanes, Movement movement) {
    Movement wanted = movement;
    MovementRequest request = request_of(std::move(wanted), new_id().to_string());
    const auto answer = co_await lanes.run<CarryOutMovement>(std::move(request));
    if (!answer) {
      EXPECT_LT(answer.error().code.status, 500) << answer.error().detail;
    } else if (answer->answer.status == 200) {
      const auto* const captured = std::get_if<CaptureHold>(&movement);
      if (captured != nullptr) captured_.push_back(captured->transaction_id);
    }
  }

  Task<void> cancel(storage::Lanes& lanes, Uuid id) {
    const CancelTransaction::Input input{tenant_, id};
    const Result<bool> cancelled = co_await lanes.run<CancelTransaction>(input);
    if (cancelled) cancelled_.push_back(id);
  }

  Task<void> request(storage::Lanes& lanes, RandomWishes& wishes) {
    const std::vector<Uuid> recent(made_.end() - std::min<std::ptrdiff_t>(8, std::ssize(made_)),
                                   made_.end());
    switch (wishes.draw(10)) {
      case 0:
        return carry(lanes, wishes.opening());
      case 1:
      case 2:
        return carry(lanes, wishes.funds());
      case 3:
      case 4:
      case 5: {
        CreateTransfers wish = wishes.transfers(4);
        for (const NewTransfer& item : wish.items) made_.push_back(item.id);
        return carry(lanes, std::move(wish));
      }
      case 6:
        return carry(lanes, wishes.capture(recent));
      case 7:
        return cancel(lanes, wishes.one_of(recent));
      case 8:
        if (wishes.is_one_of(2)) return ask<DeleteWallet>(lanes, {tenant_, wishes.user()});
        return ask<FreezeWallet>(lanes, {{tenant_, wishes.user()}, wishes.is_one_of(4) ? "x" : ""});
      default:
        return ask<SettleDue>(lanes, {.bucket = tenant_.home(), .limit = 1 + wishes.draw(5)});
    }
  }

  Task<void> client(storage::Lanes& lanes, std::uint64_t seed) {
    RandomWishes wishes(seed, tenant_.home());
    for (int i = 0; i < 60 && !HasFailure(); ++i) {
      Task<void> next = request(lanes, wishes);
      co_await std::move(next);
      EXPECT_EQ(differences(), "") << "after " << i << " requests";
    }
    ++ended_clients_;
  }

  std::vector<Uuid> made_, captured_, cancelled_;
  int ended_clients_ = 0;
};

TEST_P(TwoConnectionsTest, ConserveMoneyAfterEachCommit) {
  storage::Lanes one(loop_.get_executor(), {.name = "one", .url = url_, .lanes = 1});
  storage::Lanes other(loop_.get_executor(), {.name = "other", .url = url_, .lanes = 1});
  boost::asio::co_spawn(loop_, client(one, GetParam()), boost::asio::detached);
  boost::asio::co_spawn(loop_, client(other, GetParam() + 100), boost::asio::detached);
  remit::test::run_until(loop_, [this] { return ended_clients_ == 2; });
  settle();
  for (const Uuid& id : captured_) EXPECT_EQ(status(id), "COMPLETED");
  for (const Uuid& id : cancelled_) EXPECT_EQ(status(id), "CANCELLED REQUESTED");
  EXPECT_EQ(session_.query("SELECT count(*) FROM wallet_due WHERE due_at <= now()"), "0");
  EXPECT_EQ(remit::test::wallet_event_differences(session_), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, TwoConnectionsTest, testing::Range<std::uint64_t>(1, 4));

TEST_P(HistoryTest, IsThatOfANaiveBank) {
  RandomWishes wishes(GetParam(), tenant_.home());
  NaiveBank bank;
  for (int i = 0; i < 150 && !HasFailure(); ++i) {
    SCOPED_TRACE("at step " + std::to_string(i));
    step(wishes, bank);
    EXPECT_EQ(wallets(), bank.wallets());
  }
  EXPECT_EQ(transfers(), bank.transfers());
  EXPECT_EQ(remit::test::wallet_event_differences(session_), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryTest, testing::Range<std::uint64_t>(1, 5));

}  // namespace
}  // namespace remit::wallets::test
