// Random histories, against a bank that carries out one request after the other, and over two
// connections at once.
#include <boost/asio/co_spawn.hpp>

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
  /// Facts of that type.
  std::string told(const std::string& type) {
    return session_.query(
        "SELECT count(*) FROM event_body, string_to_table(lines, E'\\n') AS line "
        "WHERE starts_with(line, '" +
        type + "')");
  }
  std::string number_of(const std::string& condition) {
    return session_.query("SELECT count(*) FROM wallet_transaction WHERE " + condition);
  }

  void expect_each_ended_once() {
    EXPECT_EQ(session_.query("SELECT string_agg(transaction_id::text, ', ') FROM ("
                             "SELECT transaction_id FROM wallet_posting "
                             "GROUP BY transaction_id HAVING count(*) > 1) AS twice"),
              "");
    EXPECT_EQ(session_.query("SELECT string_agg(t.transaction_id::text, ', ') "
                             "FROM wallet_transaction t FULL JOIN wallet_posting p "
                             "USING (bucket, tenant_id, transaction_id) "
                             "WHERE t.moved IS DISTINCT FROM p.amount"),
              "");
    EXPECT_EQ(session_.query("SELECT sum(balance + reserved) - (SELECT sum(CASE kind "
                             "WHEN 'deposit' THEN amount WHEN 'withdrawal' THEN -amount ELSE 0 END)"
                             " FROM wallet_transaction) FROM wallet"),
              "0");
    EXPECT_EQ(told("transaction.reserved"), number_of("kind = 'transfer'"));
    EXPECT_EQ(told("transaction.completed"), number_of("status = 'COMPLETED'"));
    EXPECT_EQ(told("transaction.cancelled"), number_of("status = 'CANCELLED'"));
    EXPECT_EQ(told("transaction.failed"), number_of("status = 'FAILED'"));
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

TEST_P(HistoryTest, IsThatOfANaiveBank) {
  RandomWishes wishes(GetParam(), tenant_.home());
  NaiveBank bank;
  for (int i = 0; i < 150 && !HasFailure(); ++i) {
    SCOPED_TRACE("at step " + std::to_string(i));
    step(wishes, bank);
    EXPECT_EQ(wallets(), bank.wallets());
  }
  EXPECT_EQ(transfers(), bank.transfers());
  expect_each_ended_once();
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryTest, testing::Range<std::uint64_t>(1, 5));

}  // namespace
}  // namespace remit::wallets::test
