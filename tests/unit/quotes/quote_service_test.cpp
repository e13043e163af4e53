#include "remit/quotes/quote_service.hpp"

#include <gtest/gtest.h>

#include <string>

#include "quote_fixture.hpp"
#include "support/tenants.hpp"

namespace remit::quotes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class QuoteServiceTest : public test::QuoteFixture {
 protected:
  Result<Quote> make(std::int64_t amount, Currency from = Currency::USD,
                     Currency to = Currency::EUR) {
    return run(service_.make(kTenant, {{amount, from}, to}));
  }
  void open_circuit(Kind kind, std::string_view name) {
    ASSERT_TRUE(book_.set_circuit(kind, name, routing::CircuitOverride::open));
  }
};

TEST_F(QuoteServiceTest, MakesTheQuoteOfTheContract) {
  const auto quote = make(100'000);
  ASSERT_TRUE(quote) << quote.error().detail;
  EXPECT_EQ(quote->fees.platform.minor, 2100);
  EXPECT_EQ(quote->fees.onramp.minor, 1050);
  EXPECT_EQ(quote->fees.offramp.minor, 1575);
  EXPECT_EQ(quote->fees.total.minor, 4725);
  EXPECT_EQ(quote->guaranteed_payout, (Money{87'700, Currency::EUR}));
  EXPECT_EQ(quote->source_cost.minor + quote->rounding.minor, 95'275);
  EXPECT_EQ(quote->stablecoin_amount, (Money{quote->source_cost.minor * 10'000, Currency::USDC}));
  EXPECT_EQ(quote->onramp, "swift");
  EXPECT_EQ(quote->offramp, "bank");
  EXPECT_EQ(quote->rate_source, "ecb");
  EXPECT_EQ(quote->created_at, clock_.now());
  EXPECT_EQ(quote->expires_at, clock_.now() + seconds(60));
  EXPECT_TRUE(parse_quote_id(quote->quote_id));
  EXPECT_TRUE(store_.quotes.empty());
}

TEST_F(QuoteServiceTest, CurrenciesWithoutMinorUnits) {
  const auto from_yen = make(15'000, Currency::JPY, Currency::USD);
  ASSERT_TRUE(from_yen) << from_yen.error().detail;
  // 2 % + 1, 1 % + 0.5 and 1.5 % + 0.75, each rounded half-up to the yen.
  EXPECT_EQ(from_yen->fees.total.minor, 301 + 151 + 226);
  EXPECT_EQ(from_yen->guaranteed_payout, (Money{9'572, Currency::USD}));
  const auto to_yen = make(100'000, Currency::USD, Currency::JPY);
  ASSERT_TRUE(to_yen);
  EXPECT_EQ(to_yen->guaranteed_payout, (Money{142'550, Currency::JPY}));
}

TEST_F(QuoteServiceTest, TheSameCurrencyHasTheIdentityRate) {
  const auto quote = make(100'000, Currency::USD, Currency::USD);
  ASSERT_TRUE(quote);
  EXPECT_EQ(quote->rate_source, "identity");
  EXPECT_EQ(quote->guaranteed_payout, (Money{95'275, Currency::USD}));
  EXPECT_EQ(quote->rounding.minor, 0);
}

TEST_F(QuoteServiceTest, AmountsThatDoNotCoverTheirFees) {
  const auto quote = make(150);
  ASSERT_FALSE(quote);
  EXPECT_EQ(quote.error().code, kAmountTooSmall);
  EXPECT_EQ(rates_.asked, 0) << "known without a rate";
  EXPECT_EQ(service_.estimate({{150, Currency::USD}, Currency::EUR}).error().code, kAmountTooSmall);
}

TEST_F(QuoteServiceTest, NoProviderIsSaidWithItsReasons) {
  open_circuit(Kind::offramp, "bank");
  const auto quote = make(100'000);
  ASSERT_FALSE(quote);
  EXPECT_EQ(quote.error().code, kNoProviderAvailable);
  EXPECT_EQ(quote.error().detail, "no offramp can take it now: bank circuit_open");
  EXPECT_EQ(quote.error().retry_after, seconds(1));
}

TEST_F(QuoteServiceTest, TheNextBestIsTakenWhenTheCheapestIsOut) {
  open_circuit(Kind::onramp, "swift");
  const auto quote = make(100'000);
  ASSERT_TRUE(quote);
  EXPECT_EQ(quote->onramp, "dear");
  EXPECT_EQ(quote->fees.onramp.minor, 2050);
}

TEST_F(QuoteServiceTest, NoRateNoQuote) {
  EXPECT_EQ(make(100'000, Currency::USD, Currency::BRL).error().code, kRatesUnavailable);
  EXPECT_EQ(make(100'000, Currency::EUR, Currency::EUR).error().code, kRatesUnavailable)
      << "the stablecoin between the ramps has a rate too";
}

TEST_F(QuoteServiceTest, CreatedQuotesAreFound) {
  const auto quote = run(service_.create(kTenant, {{100'000, Currency::USD}, Currency::EUR}));
  ASSERT_TRUE(quote);
  EXPECT_EQ(store_.quotes.size(), 1U);
  const auto found = run(service_.get(kTenant, quote->quote_id));
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, *quote);
  EXPECT_EQ(run(service_.get(kOtherTenant, quote->quote_id)).error().code, kQuoteNotFound);
  EXPECT_EQ(run(service_.get(kTenant, "quote_7")).error().code, kQuoteNotFound);
}

TEST_F(QuoteServiceTest, AStoreThatIsAwayIsSaid) {
  store_.is_down = true;
  EXPECT_EQ(run(service_.create(kTenant, {{100'000, Currency::USD}, Currency::EUR})).error().code,
            kUnavailable);
}

TEST_F(QuoteServiceTest, AnEstimateTellsItsReasonsAndRisks) {
  const QuoteRequest request{{100'000, Currency::USD}, Currency::EUR};
  auto estimate = service_.estimate(request);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->fees.total.minor, 4725);
  EXPECT_EQ(estimate->reasoning,
            "onramp swift chosen at 10.50 USD, dear dearer at 20.50 USD; "
            "offramp bank chosen at 15.75 USD");
  EXPECT_EQ(estimate->settlement_time, std::chrono::minutes(3));
  EXPECT_EQ(estimate->confidence_millionths, 1'000'000);
  EXPECT_EQ(estimate->risk_factors,
            std::vector<std::string>{"offramp bank: no alternative is available now"});

  for (const bool healthy : {true, true, true, false}) {
    book_.begin_call(Kind::onramp, "swift")->finish(healthy, milliseconds(1));
  }
  open_circuit(Kind::onramp, "dear");
  estimate = service_.estimate(request);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->confidence_millionths, 750'000);
  EXPECT_EQ(estimate->risk_factors,
            (std::vector<std::string>{"onramp swift: 25 % of recent calls failed",
                                      "onramp swift: no alternative is available now",
                                      "offramp bank: no alternative is available now"}));
}

TEST_F(QuoteServiceTest, AHalfOpenCircuitIsARisk) {
  for (int i = 0; i < 2; ++i) {
    book_.begin_call(Kind::offramp, "bank")->finish(false, milliseconds(1));
  }
  clock_.advance(seconds(20));
  const auto estimate = service_.estimate({{100'000, Currency::USD}, Currency::EUR});
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->risk_factors.front(), "offramp bank: circuit half open");
}

}  // namespace
}  // namespace remit::quotes
