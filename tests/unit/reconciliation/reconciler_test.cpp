#include "remit/reconciliation/reconciler.hpp"

#include <atomic>
#include <thread>

#include "remit/base/alarm.hpp"
#include "remit/reconciliation/finding_operations.hpp"
#include "support/wallet_moves.hpp"
#include "unit/wallets/wallets_fixture.hpp"

namespace remit::reconciliation {
namespace {

Task<Result<std::vector<Tenant>>> one_tenant(Tenant tenant) {
  co_return std::vector<Tenant>{tenant};
}
Task<Result<std::vector<CurrencySum>>> sums_of(std::vector<CurrencySum> sums) { co_return sums; }

class ReconcilerTest : public wallets::test::WalletsTest {
 protected:
  ReconcilerTest() {
    open("alice", 100);
    open("bob", 10);
    session_.query("ALTER TABLE wallet DISABLE TRIGGER USER");
  }
  /// A round of a reconciler of its own.
  std::int64_t reconcile(ReconcilerSettings settings = {}) {
    settings.interval = std::chrono::milliseconds(1);
    session_.query("UPDATE reconciliation_turn SET begun_at = '-infinity'");
    AsioAlarmFactory alarms(loop_.get_executor());
    const SystemClock clock;
    Reconciler reconciler({loop_.get_executor(), alarms, clock},
                          {.database = lanes_,
                           .ids = ids_,
                           .tenants = [this] { return one_tenant(tenant_); },
                           .trial_balance = [this](Tenant) { return sums_of(sums_); }},
                          settings);
    reconciler.job().start();
    remit::test::run_until(loop_, [&] { return reconciler.rounds() > 0; });
    reconciler.job().stop();
    open_ = reconciler.open();
    remit::test::run_until(loop_, [&] { return reconciler.job().has_ended(); });
    return reconciler.found();
  }
  /// "wallet_balance /wallets/alice {…} {…} done", of what is not resolved, or of all.
  std::string findings(bool open_only) {
    std::string text;
    for (const Finding& each :
         run<ListFindings>({.tenant = tenant_, .limit = 100, .before = {}, .open_only = open_only})
             .value()) {
      text += each.kind + " " + each.resource + " " + each.expected + " " + each.found;
      text += each.done.empty() ? "\n" : " done\n";
    }
    return text;
  }
  std::string told() {
    return session_.query(
        "SELECT count(*) FROM event_body WHERE lines LIKE '%reconciliation.finding%'");
  }

  std::vector<CurrencySum> sums_;
  std::int64_t open_ = 0;
};

TEST_F(ReconcilerTest, FindsNothingWhereAllIsWell) {
  create(transfer("alice", "bob", 30));
  create(transfer("alice", "bob", 5, 3'600));
  settle();
  EXPECT_EQ(reconcile(), 0);
  EXPECT_EQ(reconcile({.wallets = 1, .entries = 1}), 0);
  EXPECT_EQ(findings(false), "");
}

TEST_F(ReconcilerTest, AMismatchIsOneFindingUntilItIsGone) {
  session_.query("UPDATE wallet SET balance = balance + 7 WHERE user_id = 'bob'");
  EXPECT_EQ(reconcile(), 1);
  EXPECT_EQ(reconcile({.wallets = 1, .entries = 1}), 0);
  EXPECT_EQ(open_, 1);
  const std::string its =
      "wallet_balance /wallets/bob {\"balance_and_reserved\":10} {\"balance_and_reserved\":17}\n";
  EXPECT_EQ(findings(true), its);
  EXPECT_EQ(told(), "1");
  session_.query("UPDATE wallet SET balance = balance - 7 WHERE user_id = 'bob'");
  EXPECT_EQ(reconcile(), 0);
  EXPECT_EQ(open_, 0);
  EXPECT_EQ(findings(true), "");
  EXPECT_EQ(findings(false), its);
  session_.query("UPDATE wallet SET balance = balance + 7 WHERE user_id = 'bob'");
  EXPECT_EQ(reconcile(), 1);
  EXPECT_EQ(findings(false), its + its);
  session_.query("UPDATE wallet SET balance = balance - 7 WHERE user_id = 'bob'");
}

TEST_F(ReconcilerTest, ATransferThatNothingWouldEndIsScheduledAgain) {
  const Uuid lost = create(transfer("alice", "bob", 30));
  create(transfer("alice", "bob", 5, 3'600));
  session_.query("DELETE FROM wallet_due WHERE transaction_id = '" + lost.to_string() + "'");
  EXPECT_EQ(settle(), 0);
  EXPECT_EQ(reconcile(), 1);
  EXPECT_EQ(findings(false), "transaction_not_scheduled /transactions/" + lost.to_string() +
                                 " {\"scheduled\":\"yes\"} {\"scheduled\":\"no\"} done\n");
  EXPECT_EQ(findings(true), "");
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(status(lost), "COMPLETED");
  EXPECT_EQ(reconcile(), 0);
}

TEST_F(ReconcilerTest, AnEndedTransferIsNotEndedAgain) {
  const Uuid ended = create(transfer("alice", "bob", 30));
  settle();
  session_.query(
      "INSERT INTO wallet_due SELECT bucket, execute_at, tenant_id, transaction_id, from_wallet, "
      "to_wallet, amount, is_hold FROM wallet_transaction WHERE transaction_id = '" +
      ended.to_string() + "'");
  EXPECT_EQ(reconcile(), 1);
  EXPECT_EQ(findings(false), "transaction_scheduled_in_vain /transactions/" + ended.to_string() +
                                 " {\"scheduled\":\"no\"} {\"scheduled\":\"yes\"} done\n");
  EXPECT_EQ(settle(), 0);
  EXPECT_EQ(holds("alice"), "70+0");
}

TEST_F(ReconcilerTest, AReservationThatNothingExplainsIsLeftToAPerson) {
  session_.query("UPDATE wallet SET balance = balance - 7, reserved = 7 WHERE user_id = 'alice'");
  EXPECT_EQ(reconcile(), 1);
  EXPECT_EQ(reconcile(), 0);
  EXPECT_EQ(findings(true), "wallet_reserved /wallets/alice {\"reserved\":0} {\"reserved\":7}\n");
  session_.query("UPDATE wallet SET balance = balance + 7, reserved = 0 WHERE user_id = 'alice'");
  EXPECT_EQ(reconcile(), 0);
  EXPECT_EQ(findings(true), "");
}

TEST_F(ReconcilerTest, ATrialBalanceThatIsOffIsFound) {
  sums_ = {{.currency = "USD", .wallets = 110, .entries = 109},
           {.currency = "EUR", .wallets = 1, .entries = 1}};
  EXPECT_EQ(reconcile(), 1);
  EXPECT_EQ(reconcile(), 0);
  EXPECT_EQ(findings(true),
            "trial_balance /ledger/trial-balance#USD {\"wallets\":109} {\"wallets\":110}\n");
  sums_[0].wallets = 109;
  EXPECT_EQ(reconcile(), 0);
  EXPECT_EQ(findings(true), "");
}

TEST_F(ReconcilerTest, ATurnIsOfOneInstance) {
  const TakeTurn::Input hour{.interval = std::chrono::hours(1)};
  EXPECT_TRUE(run<TakeTurn>(hour).value());
  EXPECT_FALSE(run<TakeTurn>(hour).value());
  EXPECT_TRUE(run<TakeTurn>({.interval = Duration::zero()}).value());
}

// While transfers are made and settled at once, nothing is taken for a mismatch.
TEST_F(ReconcilerTest, MovementsMeanwhileAreNoMismatch) {
  std::atomic<bool> is_done = false;
  std::thread mover([&] {
    boost::asio::io_context loop;
    storage::Lanes lanes(loop.get_executor(), {.name = "mover", .url = url_, .lanes = 2});
    SeededUuidSource ids(2);
    while (!is_done) remit::test::move_and_settle(loop, lanes, tenant_, ids);
  });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(reconcile({.wallets = 1, .entries = 3}), 0) << i;
  is_done = true;
  mover.join();
  EXPECT_EQ(findings(false), "");
}

}  // namespace
}  // namespace remit::reconciliation
