#include "remit/quotes/quote.hpp"

#include <gtest/gtest.h>

namespace remit::quotes {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

TEST(Quote, IdsRoundTrip) {
  const Uuid id = SeededUuidSource(7).next();
  EXPECT_EQ(parse_quote_id(make_quote_id(id)), id);
  for (const auto* const text :
       {"", "quote_", "quote_5374f3f3", "5374f3f3-5c6f-4f0e-8d53-1b6b9a4c5d2e",
        "QUOTE_5374f3f3-5c6f-4f0e-8d53-1b6b9a4c5d2e",
        "quote_5374f3f3-5c6f-4f0e-8d53-1b6b9a4c5d2e "}) {
    EXPECT_FALSE(parse_quote_id(text)) << text;
  }
}

TEST(Quote, IsUsedAtMostOnceAndOnlyBeforeItsExpiry) {
  const Timestamp made{std::chrono::days(20'000)};
  const Uuid payment = SeededUuidSource(1).next();
  const Uuid other = SeededUuidSource(2).next();
  Quote quote;
  quote.quote_id = make_quote_id(payment);
  quote.created_at = made;
  quote.expires_at = made + seconds(60);

  const auto used = try_consume(quote, payment, quote.expires_at - microseconds(1));
  ASSERT_TRUE(used);
  EXPECT_EQ(used->payment_id, payment);
  EXPECT_EQ(used->status(made), QuoteStatus::consumed);
  EXPECT_EQ(used->status(made + seconds(600)), QuoteStatus::consumed);

  const auto again = try_consume(*used, other, made);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, kQuoteAlreadyUsed);

  const auto late = try_consume(quote, payment, quote.expires_at);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, kQuoteExpired);
  EXPECT_EQ(quote.status(quote.expires_at), QuoteStatus::expired);
  EXPECT_EQ(quote.status(made), QuoteStatus::open);
}

}  // namespace
}  // namespace remit::quotes
