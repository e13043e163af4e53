// That it makes no difference where the settler's batches end.
#include <map>

#include "naive_bank.hpp"
#include "random_wishes.hpp"
#include "remit/wallets/wallet_operations.hpp"
#include "wallets_fixture.hpp"

namespace remit::wallets::test {
namespace {

constexpr std::int64_t kTransfers = 120;
constexpr Timestamp kLongAgo{std::chrono::sys_days(std::chrono::year(2020) / 1 / 1)};

struct Cuts {
  std::uint64_t seed;
  std::int64_t limit;
};

/// What has come of them.
struct Books {
  std::string wallets, transfers, postings;
};

class SettleCutsTest : public WalletsTest, public testing::WithParamInterface<Cuts> {
 protected:
  /// Transfers and holds, several of them due in the same second, and receivers that are not there
  /// any more, that are frozen, or whose wallets are nearly full.
  void prepare(NaiveBank& bank) {
    RandomWishes wishes(GetParam().seed, tenant_.home());
    for (const std::string user : {"a", "b", "c", "d", "e", "f", "gone"}) {
      OpenWallet wish = RandomWishes::opening(user, wishes.new_id());
      wish.currency = Currency::USD;
      if (user == "gone") wish.opening_balance = 0;
      if (user != "f" && user != "gone") wish.opening_balance = 1'000;
      ASSERT_EQ(carry_out(wish).value().answer.status, 201);
      bank.open(wish);
    }
    CreateTransfers all{.items = {}, .is_batch = true};
    for (std::int64_t i = 0; i < kTransfers; ++i) {
      NewTransfer wish = wishes.transfer();
      wish.delay_seconds = std::nullopt;
      wish.execute_at = kLongAgo + std::chrono::seconds(wishes.draw(20));
      wish.has_own_id = false;
      if (wishes.is_one_of(10)) wish.to_user = "gone";
      bank.create(wish);
      all.items.push_back(std::move(wish));
    }
    ASSERT_EQ(carry_out(all).value().answer.status, 200);
    ASSERT_TRUE(run<DeleteWallet>({tenant_, "gone"}).value());
    bank.remove("gone");
    ASSERT_TRUE(run<FreezeWallet>({{tenant_, "b"}, "inquiry"}).value());
    bank.freeze("b", true);
  }

  Books books() {
    return {.wallets = session_.query("SELECT string_agg(user_id || ': ' || balance || '+' || "
                                      "reserved, ', ' ORDER BY wallet_id) FROM wallet"),
            .transfers = session_.query(
                "SELECT string_agg(transaction_id || ' ' || status || ' ' || coalesce(moved, 0) || "
                "coalesce(reason, '') || E'\\n', '' ORDER BY transaction_id) "
                "FROM wallet_transaction WHERE kind = 'transfer'"),
            .postings = session_.query(
                "SELECT string_agg(transaction_id || ' ' || from_after || ' ' || to_after, E'\\n' "
                "ORDER BY posting_id) FROM wallet_posting WHERE num_nulls(from_wallet, to_wallet) "
                "= 0")};
  }
};

TEST_P(SettleCutsTest, TheResultIsTheSameWhereverBatchesEnd) {
  static std::map<std::uint64_t, Books> first;
  NaiveBank bank;
  prepare(bank);
  ASSERT_FALSE(HasFatalFailure());
  const std::int64_t ended = settle(GetParam().limit);
  EXPECT_EQ(bank.settle(kTransfers), ended);
  const Books came = books();
  EXPECT_EQ(came.wallets, bank.wallets());
  EXPECT_EQ(came.transfers, bank.transfers());
  EXPECT_NE(came.transfers.find("RECEIVER_DELETED"), std::string::npos);
  EXPECT_NE(came.transfers.find("RECEIVER_FULL"), std::string::npos);
  const auto [known, is_first] = first.try_emplace(GetParam().seed, came);
  if (!is_first) EXPECT_EQ(came.postings, known->second.postings);
}

std::vector<Cuts> cuts() {
  std::vector<Cuts> all;
  for (const std::uint64_t seed : {1U, 2U}) {
    for (const std::int64_t limit : {1, 2, 7, 1'000}) all.push_back({seed, limit});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Limits, SettleCutsTest, testing::ValuesIn(cuts()), [](const auto& info) {
  return "Seed" + std::to_string(info.param.seed) + "Limit" + std::to_string(info.param.limit);
});

}  // namespace
}  // namespace remit::wallets::test
