// kill -9 of an instance that works on wallets, at each message of that transaction to PostgreSQL
// and at the answers, while another one goes on: each movement takes place exactly once.
#include <signal.h>

#include <functional>
#include <future>

#include "faults/crash/wallet_crash_test.hpp"

namespace remit::test {
namespace {

constexpr int kMostMessages = 30;  // of such a transaction

/// Which transaction is fatal, from which statement of it on, and how many messages the short form
/// passes over.
struct Fatal {
  std::string statement;
  int stride;
};

class SettlerCrashTest : public WalletCrashTest {
 protected:
  using Work = std::function<void()>;

  /// Whether the one that works died at that message; a new one has its place then.
  bool crash_at(const Fatal& fatal, int nth, bool is_answer, const Work& work) {
    proxy.arm(DeadlyMessage{.statement = fatal.statement, .nth = nth, .is_answer = is_answer});
    std::future<void> done = std::async(std::launch::async, work);
    const auto is_done = [&] {
      return done.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    std::optional<std::size_t> dead;
    EXPECT_TRUE(eventually([&] { return (dead = dead_one()) || (is_done() && all_is_settled()); }))
        << "neither dead nor through at " << nth;
    proxy.disarm();
    done.get();
    if (!dead) dead = dead_one();
    if (!dead) return false;
    EXPECT_EQ(instances[*dead]->process().wait(std::chrono::seconds(1)), -SIGKILL);
    ++figures.crashes;
    EXPECT_TRUE(eventually([&] { return all_is_settled(); })) << "settled by none at " << nth;
    start(*dead);
    return true;
  }

  void sweep(const Fatal& fatal, const Work& work) {
    for (const bool is_answer : {false, true}) {
      const int stride = is_whole_campaign() ? 1 : fatal.stride * (is_answer ? 3 : 1);
      bool died = true;
      int nth = 1;
      for (; died && nth <= kMostMessages && !HasFailure(); nth += stride) {
        SCOPED_TRACE(fatal.statement + (is_answer ? ", answer " : ", message ") +
                     std::to_string(nth));
        died = crash_at(fatal, nth, is_answer, work);
        expect_whole_books();
      }
      EXPECT_FALSE(died) << "such a transaction has more than " << kMostMessages << " messages";
      EXPECT_GT(nth, 4);
    }
    figures.scenario = "wallets, at " + fatal.statement;
    figures.report();
  }

  /// The balance and the reservation of a user.
  std::pair<std::int64_t, std::int64_t> holds(const std::string& user) const {
    const Json wallet = ask("GET", "/wallets/" + user).json();
    return {wallet.value("balance", std::int64_t{-1}), wallet.value("reserved", std::int64_t{-1})};
  }
};

TEST_F(SettlerCrashTest, EachTransferSettlesOnceAtAnyCrashPoint) {
  int rounds = 0;
  sweep({"wallet_due_take_first", 1}, [&] {
    ++rounds;
    const std::string expiring = hold();
    send();
    ask("POST", "/transactions/batch",
        {{"transactions",
          {{{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", 7}},
           {{"from_user_id", "bob"}, {"to_user_id", "alice"}, {"amount", 3}}}}});
    // No second is waited for: the hold expires now.
    const std::string its = " WHERE transaction_id = '" + expiring + "'";
    sql("WITH now AS (UPDATE wallet_transaction SET execute_at = now()" + its +
        ") UPDATE wallet_due SET due_at = now()" + its);
  });
  const std::int64_t moved = 14 * rounds;
  EXPECT_EQ(holds("alice"), std::pair(1'000'000 - moved, std::int64_t{0}));
  EXPECT_EQ(holds("bob"), std::pair(1'000'000 + moved, std::int64_t{0}));
  EXPECT_EQ(sql("SELECT count(*) FROM wallet_transaction WHERE reason = 'EXPIRED'"),
            std::to_string(rounds));
}

TEST_F(SettlerCrashTest, EachRequestIsCarriedOutOnceAtAnyCrashPoint) {
  int rounds = 0;
  sweep({"idempotency_insert", 2}, [&] {
    ++rounds;
    const std::string held = hold();
    const HttpAnswer captured = ask("POST", "/transactions/" + held + "/capture", {{"amount", 4}});
    EXPECT_EQ(captured.status, 200) << captured.body;
    EXPECT_EQ(ask("POST", "/wallets/bob/deposits", {{"amount", 2}}).status, 201);
    EXPECT_EQ(ask("POST", "/wallets/alice/withdrawals", {{"amount", 1}}).status, 201);
  });
  EXPECT_EQ(holds("alice"), std::pair(1'000'000 - std::int64_t{5} * rounds, std::int64_t{0}));
  EXPECT_EQ(holds("bob"), std::pair(1'000'000 + std::int64_t{6} * rounds, std::int64_t{0}));
}

TEST_F(SettlerCrashTest, ACancellationTakesPlaceOnceAtAnyCrashPoint) {
  sweep({"wallet_transaction_find", 3}, [&] {
    const std::string sent = send({{"delay_seconds", 3'600}});
    // The first attempt may have been the one: then it says that there is nothing left to cancel.
    const HttpAnswer answer = ask("DELETE", "/transactions/" + sent);
    EXPECT_TRUE(answer.status == 204 || answer.code() == "NOT_CANCELABLE") << answer.body;
    EXPECT_EQ(sql("SELECT reason FROM wallet_transaction WHERE transaction_id = '" + sent + "'"),
              "REQUESTED");
  });
  EXPECT_EQ(holds("alice"), std::pair(std::int64_t{1'000'000}, std::int64_t{0}));
}

}  // namespace
}  // namespace remit::test
