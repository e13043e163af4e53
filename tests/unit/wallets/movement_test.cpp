#include <boost/asio/co_spawn.hpp>

#include "wallets_fixture.hpp"

namespace remit::wallets::test {
namespace {

using MovementTest = WalletsTest;

std::string code_of(const Result<MovementOutcome>& outcome) {
  return outcome ? std::to_string(outcome->answer.status) : std::string(outcome.error().code.name);
}

TEST_F(MovementTest, AWalletOpensOnceWithItsBalance) {
  open("alice", 100);
  EXPECT_EQ(holds("alice"), "100+0");
  const OpenWallet again{.user_id = "alice", .name = "Alice", .opening_balance = 5};
  EXPECT_EQ(code_of(carry_out(again)), "WALLET_EXISTS");
  EXPECT_EQ(holds("alice"), "100+0");
}

TEST_F(MovementTest, ADepositOrWithdrawalIsCarriedOutOncePerKey) {
  open("alice", 0);
  const MoveFunds deposit{.user_id = "alice", .amount = 70, .transaction_id = new_id()};
  EXPECT_EQ(code_of(carry_out(deposit, "deposit-one")), "201");
  EXPECT_TRUE(carry_out(deposit, "deposit-one").value().answer.replayed);
  EXPECT_EQ(holds("alice"), "70+0");
  MoveFunds withdrawal{
      .is_withdrawal = true, .user_id = "alice", .amount = 71, .transaction_id = new_id()};
  EXPECT_EQ(code_of(carry_out(withdrawal)), "422");
  withdrawal.amount = 70;
  EXPECT_EQ(code_of(carry_out(withdrawal)), "201");
  EXPECT_EQ(holds("alice"), "0+0");
  withdrawal.user_id = "bob";
  EXPECT_EQ(code_of(carry_out(withdrawal)), "WALLET_NOT_FOUND");
}

TEST_F(MovementTest, ATransferIsReservedAtOnceAndSettledWhenDue) {
  open("alice", 100);
  open("bob", 0);
  const Uuid now = create(transfer("alice", "bob", 30));
  const Uuid later = create(transfer("alice", "bob", 50, 3'600));
  EXPECT_EQ(holds("alice"), "20+80");
  const auto third = carry_out(CreateTransfers{.items = {transfer("alice", "bob", 21)}});
  EXPECT_EQ(code_of(third), "422");
  EXPECT_NE(third.value().answer.body.find("INSUFFICIENT_FUNDS"), std::string::npos);
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(status(now), "COMPLETED");
  EXPECT_EQ(status(later), "RESERVED");
  EXPECT_EQ(holds("alice"), "20+50");
  EXPECT_EQ(holds("bob"), "30+0");
  EXPECT_EQ(settle(), 0);
}

TEST_F(MovementTest, ATransferNeedsTwoWalletsOfOneCurrency) {
  open("alice", 100);
  open("emil", 0, Currency::EUR);
  EXPECT_EQ(code_of(carry_out(CreateTransfers{.items = {transfer("alice", "bob", 1)}})),
            "WALLET_NOT_FOUND");
  EXPECT_EQ(code_of(carry_out(CreateTransfers{.items = {transfer("alice", "emil", 1)}})), "422");
  EXPECT_EQ(holds("alice"), "100+0");
}

TEST_F(MovementTest, ABatchCarriesOutWhatItCanInItsOrder) {
  open("alice", 10);
  open("bob", 0);
  CreateTransfers batch{.items = {}, .is_batch = true};
  for (const std::int64_t amount : {4, 7, 6}) {
    batch.items.push_back(transfer("alice", "bob", amount));
  }
  const auto made = carry_out(batch).value();
  EXPECT_EQ(made.answer.status, 200);
  EXPECT_NE(made.answer.body.find(R"({"index":1,"status":422,"problem":)"), std::string::npos);
  EXPECT_EQ(made.due_in, Duration::zero());
  EXPECT_EQ(holds("alice"), "0+10");
  EXPECT_EQ(settle(), 2);
  EXPECT_EQ(holds("bob"), "10+0");
}

TEST_F(MovementTest, AnIdOfTheClientIsAKeyOfItsOwn) {
  open("alice", 10);
  open("bob", 0);
  NewTransfer wish = transfer("alice", "bob", 4);
  wish.has_own_id = true;
  EXPECT_EQ(code_of(carry_out(CreateTransfers{.items = {wish, wish}, .is_batch = true})), "200");
  EXPECT_EQ(code_of(carry_out(CreateTransfers{.items = {wish}})), "201");
  EXPECT_EQ(holds("alice"), "6+4");
  wish.amount = 5;
  const auto other = carry_out(CreateTransfers{.items = {wish}}).value();
  EXPECT_EQ(other.answer.status, 422);
  EXPECT_NE(other.answer.body.find("IDEMPOTENCY_KEY_REUSED"), std::string::npos);
  EXPECT_EQ(holds("alice"), "6+4");
}

TEST_F(MovementTest, AnIdThatAnotherTransactionTakesMeanwhileIsItsOwn) {
  open("alice", 10);
  open("bob", 0);
  open("carol", 0);
  NewTransfer wish = transfer("alice", "bob", 4);
  wish.has_own_id = true;
  remit::test::PostgresSession other(url_);
  other.query(
      "BEGIN; INSERT INTO wallet_transaction (bucket, tenant_id, transaction_id, kind, "
      "to_wallet, amount, status, moved, execute_at, created_at, updated_at) "
      "SELECT bucket, tenant_id, '" +
      wish.id.to_string() +
      "', 'deposit', wallet_id, 1, "
      "'COMPLETED', 1, now(), now(), now() FROM wallet WHERE user_id = 'carol'");
  const CreateTransfers twice{.items = {wish, wish}, .is_batch = true};
  std::optional<Result<MovementOutcome>> made;
  boost::asio::co_spawn(loop_, lanes_.run<CarryOutMovement>(request_of(twice, "one-and-the-same")),
                        [&made](std::exception_ptr, Result<MovementOutcome> outcome) {
                          made.emplace(std::move(outcome));
                        });
  const auto waits = [this] {
    return session_.query("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0";
  };
  for (int i = 0; i < 10'000 && !waits(); ++i) {
    if (loop_.stopped()) loop_.restart();
    loop_.poll();
  }
  ASSERT_TRUE(waits());
  other.query("COMMIT");
  remit::test::run_until(loop_, [&made] { return made.has_value(); });
  EXPECT_EQ(made->value().answer.body.find(R"("status":201)"), std::string::npos);
  EXPECT_EQ(holds("alice"), "10+0");
  other.query("DELETE FROM wallet_transaction WHERE transaction_id = '" + wish.id.to_string() +
              "'");
}

TEST_F(MovementTest, ACancelledTransferGoesBack) {
  open("alice", 10);
  open("bob", 0);
  const Uuid id = create(transfer("alice", "bob", 4, 60));
  EXPECT_TRUE(run<CancelTransaction>({tenant_, id}));
  EXPECT_EQ(status(id), "CANCELLED REQUESTED");
  EXPECT_EQ(holds("alice"), "10+0");
  EXPECT_EQ(run<CancelTransaction>({tenant_, id}).error().code, kNotCancelable);
  EXPECT_EQ(run<CancelTransaction>({tenant_, new_id()}).error().code, kTransactionNotFound);
}

TEST_F(MovementTest, AHoldIsCapturedInPartOnce) {
  open("alice", 10);
  open("bob", 0);
  NewTransfer wish = transfer("alice", "bob", 8, 60);
  wish.is_hold = true;
  const Uuid id = create(wish);
  EXPECT_EQ(code_of(carry_out(CaptureHold{.transaction_id = id, .amount = 9})), "422");
  EXPECT_EQ(holds("alice"), "2+8");
  EXPECT_EQ(code_of(carry_out(CaptureHold{.transaction_id = id, .amount = 5})), "200");
  EXPECT_EQ(holds("alice"), "5+0");
  EXPECT_EQ(holds("bob"), "5+0");
  EXPECT_EQ(code_of(carry_out(CaptureHold{.transaction_id = id, .amount = 1})), "NOT_CAPTURABLE");
}

TEST_F(MovementTest, ATransferThatIsNoHoldIsNotCapturedAndSettlesAllTheSame) {
  open("alice", 10);
  open("bob", 0);
  const Uuid id = create(transfer("alice", "bob", 4));
  EXPECT_EQ(code_of(carry_out(CaptureHold{.transaction_id = id})), "NOT_CAPTURABLE");
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(status(id), "COMPLETED");
}

TEST_F(MovementTest, AHoldExpires) {
  open("alice", 10);
  open("bob", 0);
  NewTransfer wish = transfer("alice", "bob", 8);
  wish.is_hold = true;
  const Uuid id = create(wish);
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(status(id), "CANCELLED EXPIRED");
  EXPECT_EQ(holds("alice"), "10+0");
  EXPECT_EQ(code_of(carry_out(CaptureHold{.transaction_id = id})), "NOT_CAPTURABLE");
}

TEST_F(MovementTest, AnEntryThatAnotherTransactionHasIsNotWaitedFor) {
  open("alice", 10);
  open("bob", 0);
  const Uuid id = create(transfer("alice", "bob", 4));
  remit::test::PostgresSession other(url_);
  other.query("BEGIN; SELECT 1 FROM wallet_due FOR UPDATE");
  EXPECT_EQ(run<CancelTransaction>({tenant_, id}).error().code, kNotCancelable);
  EXPECT_EQ(settle(), 0);
  other.query("ROLLBACK");
  EXPECT_EQ(settle(), 1);
}

TEST_F(MovementTest, ATransferToADeletedReceiverGoesBackAlone) {
  open("alice", 10);
  open("bob", 0);
  open("carol", 0);
  const Uuid lost = create(transfer("alice", "bob", 4));
  const Uuid kept = create(transfer("alice", "carol", 5));
  session_.query("UPDATE wallet SET deleted_at = now() WHERE user_id = 'bob'");
  EXPECT_EQ(settle(), 2);
  EXPECT_EQ(status(lost), "FAILED RECEIVER_DELETED");
  EXPECT_EQ(status(kept), "COMPLETED");
  EXPECT_EQ(holds("alice"), "5+0");
}

TEST_F(MovementTest, AFrozenWalletPaysOnlyWhatIsReservedAlready) {
  open("alice", 10);
  open("bob", 0);
  create(transfer("alice", "bob", 4));
  session_.query("UPDATE wallet SET frozen_reason = 'inquiry' WHERE user_id = 'alice'");
  EXPECT_EQ(code_of(carry_out(CreateTransfers{.items = {transfer("alice", "bob", 1)}})),
            "WALLET_FROZEN");
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(holds("bob"), "4+0");
}

TEST_F(MovementTest, TheDatabaseRefusesAWalletThatDiffersFromItsPostings) {
  open("alice", 10);
  EXPECT_THROW(session_.query("UPDATE wallet SET balance = balance + 1"), std::runtime_error);
  EXPECT_THROW(session_.query("UPDATE wallet SET reserved = reserved - 1"), std::runtime_error);
  EXPECT_THROW(session_.query("DELETE FROM wallet_posting"), std::runtime_error);
}

}  // namespace
}  // namespace remit::wallets::test
