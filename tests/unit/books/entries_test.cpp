#include "remit/books/entry_operations.hpp"
#include "remit/wallets/wallet_operations.hpp"
#include "unit/wallets/wallets_fixture.hpp"

namespace remit::books {
namespace {

using ledger::Entry;

class EntriesTest : public wallets::test::WalletsTest {
 protected:
  /// "17-d wallet:bob +30 130, …": pages of that size, one after the other.
  std::string list(ListEntries::Input wanted) {
    std::string text;
    for (int page = 0; page < 1'000; ++page) {
      const auto found = run<ListEntries>(wanted).value();
      for (const Entry& entry : found.entries) {
        if (!text.empty()) text += ", ";
        text += entry.account + (entry.is_debit ? " +" : " -") + std::to_string(entry.amount.minor);
        if (entry.balance_after) text += " " + std::to_string(*entry.balance_after);
      }
      if (!found.next) return text;
      wanted.before = found.next;
    }
    return text + " and no end";
  }
  ListEntries::Input by(std::int64_t limit) const { return {.tenant = tenant_, .limit = limit}; }
  ListEntries::Input of_account(const std::string& account, std::int64_t limit = 100) const {
    return {.tenant = tenant_, .limit = limit, .account = account};
  }

  void post(const Uuid& id, int line, const std::string& debit, const std::string& credit,
            int bucket) {
    session_.query(
        "INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, debit_account, "
        "credit_account, amount, currency, posted_at) VALUES (" +
        std::to_string(bucket) + ", " + std::to_string(tenant_.id().value()) + ", '" +
        id.to_string() + "', 1, " + std::to_string(line) + ", 'intake', '" + debit + "', '" +
        credit + "', 7, 'USD', now())");
  }
};

TEST_F(EntriesTest, TheyComeNewestFirstWhateverThePages) {
  open("alice", 100);
  open("bob", 0);
  create(transfer("alice", "bob", 30));
  settle();
  post(new_id(), 1, "clearing", "source_funds", tenant_.home().value());
  const std::string all =
      "clearing +7, source_funds -7, wallet:bob +30 30, wallet:alice -30 70, wallet:alice +100 "
      "100, "
      "funding -100";
  for (const std::int64_t limit : {1, 2, 3, 5, 100}) EXPECT_EQ(list(by(limit)), all) << limit;
}

TEST_F(EntriesTest, AnAccountHasItsOwnAlone) {
  open("alice", 100);
  open("bob", 10);
  create(transfer("alice", "bob", 30));
  create(transfer("bob", "alice", 5));
  settle();
  for (const std::int64_t limit : {1, 2, 100}) {
    EXPECT_EQ(list(of_account("wallet:bob", limit)),
              "wallet:bob -5 35, wallet:bob +30 40, wallet:bob +10 10");
    EXPECT_EQ(list(of_account("funding", limit)), "funding -10, funding -100");
  }
  EXPECT_EQ(list(of_account("wallet:carol")), "");
  EXPECT_EQ(list(of_account("clearing")), "");
}

TEST_F(EntriesTest, AUsersDeletedWalletIsStillInTheBooks) {
  open("alice", 3);
  const wallets::MoveFunds all{
      .is_withdrawal = true, .user_id = "alice", .amount = 3, .transaction_id = new_id()};
  ASSERT_TRUE(carry_out(all));
  ASSERT_TRUE(run<wallets::DeleteWallet>({.tenant = tenant_, .user_id = "alice"}).value());
  open("alice", 8);
  for (const std::int64_t limit : {1, 100}) {
    EXPECT_EQ(list(of_account("wallet:alice", limit)),
              "wallet:alice +8 8, wallet:alice -3 0, wallet:alice +3 3");
  }
}

TEST_F(EntriesTest, ATransactionIsFoundByItsTimeAmongMany) {
  open("alice", 1'000);
  open("bob", 0);
  std::vector<Uuid> ids;
  for (int i = 1; i <= 20; ++i) {
    ids.push_back(create(transfer("alice", "bob", i)));
    if (i % 7 == 0) settle();
  }
  settle();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string amount = std::to_string(i + 1);
    const std::string found = list({.tenant = tenant_, .limit = 10, .transaction = ids[i]});
    EXPECT_TRUE(found.starts_with("wallet:bob +" + amount + " ")) << found;
    EXPECT_NE(found.find("wallet:alice -" + amount + " "), std::string::npos) << found;
  }
  const Uuid reserved = create(transfer("alice", "bob", 5, 3'600));
  EXPECT_EQ(list({.tenant = tenant_, .limit = 10, .transaction = reserved}), "");
  const wallets::MoveFunds deposit{.user_id = "bob", .amount = 4, .transaction_id = new_id()};
  ASSERT_TRUE(carry_out(deposit));
  EXPECT_EQ(list({.tenant = tenant_, .limit = 10, .transaction = deposit.transaction_id}),
            "wallet:bob +4 214, funding -4");
}

TEST_F(EntriesTest, PaymentsAreInAllBucketsOfATenant) {
  const Tenant spread(kFirstTenant, Bucket(3), 4);
  tenant_ = spread;
  const Uuid id = make_id(ids_.next(), Bucket(5));
  post(id, 1, "clearing", "source_funds", 5);
  post(id, 2, "fees:platform", "clearing", 5);
  post(make_id(ids_.next(), Bucket(4)), 1, "exchange", "clearing", 4);
  post(make_id(ids_.next(), Bucket(9)), 1, "exchange", "clearing", 9);  // not one of its own
  for (const std::int64_t limit : {1, 2, 100}) {
    EXPECT_EQ(list(by(limit)),
              "exchange +7, clearing -7, fees:platform +7, clearing -7, clearing +7, "
              "source_funds -7");
    EXPECT_EQ(list(of_account("clearing", limit)), "clearing -7, clearing -7, clearing +7");
    EXPECT_EQ(list({.tenant = tenant_, .limit = limit, .transaction = id}),
              "fees:platform +7, clearing -7, clearing +7, source_funds -7");
  }
}

TEST_F(EntriesTest, ARareAccountIsLookedForAPartAtATime) {
  session_.query(R"(
    INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, debit_account,
                         credit_account, amount, currency, posted_at)
    SELECT )" + std::to_string(tenant_.home().value()) +
                 R"(, 1, gen_random_uuid(), 1, 1, 'intake',
           CASE WHEN i % 20000 = 1 THEN 'rare' ELSE 'clearing' END, 'source_funds', 1, 'USD', now()
    FROM generate_series(1, 45000) i)");
  const auto first = run<ListEntries>(of_account("nothing")).value();
  EXPECT_TRUE(first.entries.empty());
  ASSERT_TRUE(first.next);
  EXPECT_EQ(list(of_account("rare")), "rare +1, rare +1, rare +1");
  EXPECT_EQ(list(of_account("nothing")), "");
}

TEST_F(EntriesTest, EntriesOfAChargeAreShownByItsId) {
  const Uuid id = make_id(ids_.next(), tenant_.home());
  session_.query(
      "INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, "
      "provider, shelf, legs, created_at, updated_at, processed_at) VALUES (" +
      std::to_string(tenant_.home().value()) + ", 1, '" + id.to_string() +
      "', 'charge', 'COMPLETED', 2, 100, 'BRL', 'default', '', '[{\"fee\":[5]}]', now(), now(), "
      "now())");
  for (const std::int64_t limit : {1, 3, 100}) {
    EXPECT_EQ(list({.tenant = tenant_, .limit = limit, .transaction = id}),
              "processor:default +100, source_funds -100, fees:processor:default +5, "
              "processor:default -5");
  }
}

}  // namespace
}  // namespace remit::books
