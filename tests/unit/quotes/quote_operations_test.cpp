#include "remit/quotes/quote_operations.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <utility>
#include <vector>

#include "remit/quotes/quote_sql.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/storage/postgres_database.hpp"
#include "remit/storage/transaction.hpp"
#include "support/postgres.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::quotes {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

/// What the payments' own transaction does with a quote.
struct Consume {
  static constexpr std::string_view kName = "test_consume_quote";
  using Input = Consumption;
  using Output = Quote;

  static void execute(storage::Transaction& transaction, std::span<storage::Slot<Consume>> slots) {
    std::vector<Consumption> wanted;
    for (const auto& slot : slots) wanted.push_back(slot.input);
    auto results = consume_quotes(transaction, wanted);
    for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = std::move(results[i]);
  }
};

class QuoteOperationsTest : public testing::Test {
 protected:
  static storage::LaneSettings lanes_of(const std::string& url, bool read_only) {
    storage::LaneSettings settings;
    settings.name = read_only ? "read" : "write";
    settings.url = url;
    settings.read_only = read_only;
    return settings;
  }
  static std::string migrated_url() {
    const std::string url = remit::test::PostgresCluster::shared().url();
    const auto report = storage::migrate(url);
    if (!report) throw std::runtime_error(report.error());
    return url;
  }

  Quote sample() {
    Quote quote;
    quote.quote_id = make_quote_id(ids_.next());
    quote.amount = {100'000, Currency::USD};
    quote.payout_currency = Currency::JPY;
    quote.rate = *Rate::from_scaled(14'962'000'000);
    quote.fees = {
        {2100, Currency::USD}, {1050, Currency::USD}, {1575, Currency::USD}, {4725, Currency::USD}};
    quote.guaranteed_payout = {142'550, Currency::JPY};
    quote.source_cost = {95'275, Currency::USD};
    quote.rounding = {0, Currency::USD};
    quote.stablecoin_amount = {952'750'000, Currency::USDC};
    quote.onramp = "swift";
    quote.offramp = "o'brien \"bank\" {}, \\";
    quote.rate_source = "ecb";
    quote.created_at = kNow;
    quote.expires_at = kNow + seconds(60);
    return quote;
  }
  Result<Quote> consume(const Quote& quote, Uuid payment, Timestamp now, Tenant tenant = kTenant) {
    return remit::test::run(
        context_, database_.run<Consume>({tenant, *parse_quote_id(quote.quote_id), payment, now}));
  }
  Result<void> insert(const Quote& quote, Tenant tenant = kTenant) {
    return remit::test::run(context_, database_.run<InsertQuote>({tenant, quote}));
  }
  std::optional<Quote> find(const Quote& quote, Tenant tenant = kTenant) {
    const auto found = remit::test::run(
        context_, database_.run<FindQuote>({tenant, *parse_quote_id(quote.quote_id)}));
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }

  static constexpr Timestamp kNow{std::chrono::days(20'000) + microseconds(123'456)};
  boost::asio::io_context context_;
  std::string url_ = migrated_url();
  storage::PostgresDatabase database_{
      context_.get_executor(),
      {lanes_of(url_, false), lanes_of(url_, true), lanes_of(url_, true), lanes_of(url_, true),
       lanes_of(url_, false)}};
  SeededUuidSource ids_{1};
};

TEST_F(QuoteOperationsTest, AQuoteMadeForItsPaymentIsStoredAsConsumed) {
  Quote quote = sample();
  quote.payment_id = ids_.next();
  ASSERT_TRUE(insert(quote));
  EXPECT_EQ(find(quote)->payment_id, quote.payment_id);
  EXPECT_EQ(consume(quote, ids_.next(), kNow).error().code, kQuoteAlreadyUsed);
}

TEST_F(QuoteOperationsTest, ConsumingTakesItOnce) {
  const Quote quote = sample();
  ASSERT_TRUE(insert(quote));
  const Uuid payment = ids_.next();
  const auto taken = consume(quote, payment, quote.expires_at - microseconds(1));
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(taken->payment_id, payment);
  EXPECT_EQ(taken->guaranteed_payout, quote.guaranteed_payout);
  EXPECT_EQ(find(quote)->payment_id, payment);
  const auto again = consume(quote, ids_.next(), kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, kQuoteAlreadyUsed);
  EXPECT_EQ(find(quote)->payment_id, payment);
}

TEST_F(QuoteOperationsTest, ConsumingTellsWhyNot) {
  const Quote quote = sample();
  ASSERT_TRUE(insert(quote));
  EXPECT_EQ(consume(quote, ids_.next(), quote.expires_at).error().code, kQuoteExpired);
  EXPECT_EQ(consume(sample(), ids_.next(), kNow).error().code, kQuoteNotFound);
  EXPECT_EQ(consume(quote, ids_.next(), kNow, kOtherTenant).error().code, kQuoteNotFound);
  EXPECT_FALSE(find(quote)->payment_id);
}

TEST_F(QuoteOperationsTest, AQuoteThatANewerVersionMadeIsNoFaultOfTheOthers) {
  const Quote newer = sample();
  const Quote known = sample();
  ASSERT_TRUE(insert(newer));
  ASSERT_TRUE(insert(known));
  const Uuid newer_id = *parse_quote_id(newer.quote_id);
  remit::test::PostgresSession(url_).query(
      "UPDATE quote SET payout_currency = 'XAU' WHERE quote_id = '" + newer_id.to_string() + "'");
  const auto found = remit::test::run(context_, database_.run<FindQuote>({kTenant, newer_id}));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, kUnavailable);
  EXPECT_TRUE(find(known));
  EXPECT_EQ(consume(newer, ids_.next(), kNow).error().code, kUnavailable);
  EXPECT_TRUE(consume(known, ids_.next(), kNow));
}

/// Its id says which: the last ten bits.
TEST_F(QuoteOperationsTest, AQuoteOfALargeTenantIsInOneOfItsBuckets) {
  remit::test::PostgresSession session(url_);
  for (int i = 0; i < 20; ++i) {
    Quote quote = sample();
    if (i % 2 == 0) quote.quote_id = make_quote_id(make_id(ids_.next(), kWideTenant));
    ASSERT_TRUE(insert(quote, kWideTenant));
    EXPECT_EQ(find(quote, kWideTenant), quote);
    const Uuid id = *parse_quote_id(quote.quote_id);
    EXPECT_EQ(session.query("SELECT bucket FROM quote WHERE quote_id = '" + id.to_string() + "'"),
              std::to_string(kWideTenant.bucket_of(id).value()));
  }
  EXPECT_EQ(session.query("SELECT bool_and(bucket = get_byte(b, 14) % 4 * 256 + get_byte(b, 15))"
                          " FROM (SELECT bucket, uuid_send(quote_id) AS b FROM quote) AS q"
                          " WHERE get_byte(b, 6) / 16 = 8"),
            "t");
  EXPECT_GT(std::stoi(session.query("SELECT count(DISTINCT bucket) FROM quote")), 5);
}

TEST_F(QuoteOperationsTest, OneOfManyPaymentsGetsTheQuote) {
  std::vector<Quote> quotes;
  for (int i = 0; i < 10; ++i) {
    quotes.push_back(sample());
    ASSERT_TRUE(insert(quotes.back(), kWideTenant));
  }
  constexpr int kRivals = 20;
  std::map<std::string, std::vector<Uuid>> winners;
  std::size_t answered = 0;
  for (int rival = 0; rival < kRivals; ++rival) {
    for (const Quote& quote : quotes) {
      const Uuid payment = ids_.next();
      boost::asio::co_spawn(
          context_,
          database_.run<Consume>({kWideTenant, *parse_quote_id(quote.quote_id), payment, kNow}),
          [&, payment, id = quote.quote_id](std::exception_ptr, Result<Quote> taken) {
            ++answered;
            if (taken) {
              winners[id].push_back(payment);
            } else {
              EXPECT_EQ(taken.error().code, kQuoteAlreadyUsed) << taken.error().detail;
            }
          });
    }
  }
  remit::test::run_until(context_, [&] { return answered == kRivals * quotes.size(); });
  ASSERT_EQ(winners.size(), quotes.size());
  for (const Quote& quote : quotes) {
    ASSERT_EQ(winners[quote.quote_id].size(), 1U);
    EXPECT_EQ(find(quote, kWideTenant)->payment_id, winners[quote.quote_id].front());
  }
}

TEST_F(QuoteOperationsTest, ManyAreStoredInOneBatch) {
  std::vector<Quote> quotes;
  std::size_t stored = 0;
  for (int i = 0; i < 100; ++i) quotes.push_back(sample());
  for (const Quote& quote : quotes) {
    boost::asio::co_spawn(context_, database_.run<InsertQuote>({kTenant, quote}),
                          [&](std::exception_ptr, Result<void> result) {
                            EXPECT_TRUE(result);
                            ++stored;
                          });
  }
  remit::test::run_until(context_, [&] { return stored == quotes.size(); });
  for (const Quote& quote : quotes) EXPECT_EQ(find(quote), quote);
}

}  // namespace
}  // namespace remit::quotes
