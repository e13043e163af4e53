// A ledger with checkpoints in a database of its own. Main thread.
#pragma once

#include "remit/base/alarm.hpp"
#include "remit/books/checkpointer.hpp"
#include "remit/books/verifier.hpp"
#include "unit/wallets/wallets_fixture.hpp"

namespace remit::books::test {

class BooksTest : public wallets::test::WalletsTest {
 protected:
  BooksTest() : BooksTest(CheckpointSettings{.interval = Duration{0}}) {}
  explicit BooksTest(CheckpointSettings settings)
      : checkpointer_({loop_.get_executor(), alarms_, clock_}, {lanes_, ids_, clock_}, settings) {}

  // What these tests do to the tables, wallets were never asked about.
  void TearDown() override {}

  void query(const std::string& sql) { session_.query(sql); }

  /// So many postings of wallets: deposits to `user`, of 1, 2, 3 …
  void deposit(int count, const std::string& user = "alice") {
    query(
        "INSERT INTO wallet (bucket, tenant_id, wallet_id, user_id, name, currency, balance, "
        "reserved, version, last_posting, created_at, updated_at) VALUES (" +
        home() + ", 1, nextval('wallet_id'), '" + user +
        "', '', 'USD', 0, 0, 0, 0, now(), now()) ON CONFLICT DO NOTHING");
    query(
        "INSERT INTO wallet_posting (bucket, tenant_id, posting_id, transaction_id, to_wallet, "
        "amount, to_after, currency, posted_at) SELECT " +
        home() +
        ", 1, nextval('posting_number'), gen_random_uuid(), wallet_id, i, i, 'USD', now() FROM "
        "wallet CROSS JOIN generate_series(1, " +
        std::to_string(count) + ") i WHERE user_id = '" + user + "'");
  }

  /// The same of payments, in that bucket.
  void pay(int count, int bucket) {
    query(
        "INSERT INTO posting (bucket, tenant_id, transaction_id, step, line, kind, "
        "debit_account, credit_account, amount, currency, posted_at) SELECT " +
        std::to_string(bucket) +
        ", 1, gen_random_uuid(), 1, 1, 'intake', 'clearing', 'source_funds', i, 'EUR', now() "
        "FROM generate_series(1, " +
        std::to_string(count) + ") i");
  }

  std::string home() const { return std::to_string(tenant_.home().value()); }

  /// Up to what has been posted, which must be complete.
  std::optional<Duration> checkpoint(Tenant tenant) {
    const auto bound = remit::test::run(loop_, checkpointer_.find_bound());
    EXPECT_TRUE(bound.value().has_value()) << "a transaction has not ended";
    return remit::test::run(loop_, checkpointer_.extend(tenant, bound->value())).value();
  }
  std::optional<Duration> checkpoint() { return checkpoint(tenant_); }

  Verdict verify(std::int64_t page = 2'048) {
    return remit::test::run(loop_, verify_ledger(&lanes_, tenant_, page)).value();
  }
  std::string fault() { return verify().fault; }

  /// As a superuser changes what is append-only.
  void tamper(const std::string& sql) {
    query("SET session_replication_role = replica");
    query(sql);
    query("SET session_replication_role = origin");
  }

  SystemClock clock_;
  AsioAlarmFactory alarms_{loop_.get_executor()};
  Checkpointer checkpointer_;
};

}  // namespace remit::books::test
