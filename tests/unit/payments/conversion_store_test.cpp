#include "payment_store_fixture.hpp"
#include "remit/idempotency/key.hpp"

namespace remit::payments {
namespace {

class ConversionStoreTest : public PaymentStoreTest {
 protected:
  Result<idempotency::Answer> accept(NewConversion conversion) {
    return run(store_.accept_conversion(std::move(conversion)));
  }
  std::string counts() {
    return query(
        "SELECT concat_ws(' ', (SELECT count(*) FROM saga), (SELECT count(*) FROM conversion), "
        "(SELECT count(*) FROM quote WHERE payment_id IS NOT NULL), "
        "(SELECT count(*) FROM idempotency_key))");
  }
};

TEST_F(ConversionStoreTest, KeyQuotePaymentAndAnswerAreOne) {
  const Uuid quote_id = open_quote();
  NewConversion wanted = conversion(quote_id, "key-0123456789");
  wanted.request.external_id = "order 7";
  wanted.request.metadata = R"({"a":[1,"\u00e9"]})";
  const auto answer = accept(wanted).value();
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(counts(), "1 1 1 1");

  const Payment payment = run(store_.find(kDefaultTenant, wanted.payment_id)).value().value();
  ASSERT_TRUE(payment.conversion);
  const ConversionDetails& details = *payment.conversion;
  EXPECT_EQ(details.source_account, "alice");
  EXPECT_EQ(details.destination_account, "bob");
  EXPECT_EQ(details.quote_id, quote_id);
  EXPECT_EQ(details.rate, *Rate::parse("0.9"));
  EXPECT_EQ(details.payout, (Money{88'380, Currency::EUR}));
  EXPECT_EQ(details.onramp_fee, (Money{500, Currency::USD}));
  EXPECT_EQ(details.offramp_fee, (Money{300, Currency::USD}));
  EXPECT_EQ(details.external_id, "order 7");
  EXPECT_EQ(details.metadata, "{\"a\": [1, \"\xC3\xA9\"]}");
  EXPECT_FALSE(details.execute_at);
  EXPECT_EQ(payment.saga.platform_fee, (Money{1'000, Currency::USD}));
  ASSERT_EQ(payment.saga.legs.size(), 2U);
  EXPECT_EQ(payment.saga.legs[0].operation_id, wanted.onramp_operation);
  EXPECT_EQ(payment.saga.legs[0].target, (Money{982'000'000, Currency::USDC}));
  EXPECT_EQ(payment.saga.legs[1].operation_id, wanted.offramp_operation);
  EXPECT_TRUE(payment.history.empty());

  const auto again = accept(conversion(quote_id, "key-0123456789")).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.body, answer.body);
  EXPECT_EQ(counts(), "1 1 1 1");
}

TEST_F(ConversionStoreTest, ARefusalForWantOfAQuoteIsKeptWithTheKey) {
  NewConversion small = conversion(std::nullopt, "key-0123456789");
  small.own_quote.reset();
  small.refusal = Problem(quotes::kAmountTooSmall, "the fees are more than the amount");
  const auto answer = accept(small).value();
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(counts(), "0 0 0 1");
  const auto again = accept(conversion(std::nullopt, "key-0123456789")).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.body, answer.body);
  EXPECT_EQ(counts(), "0 0 0 1");
}

TEST_F(ConversionStoreTest, AQuoteMadeOnTheSpotIsStoredUsed) {
  const NewConversion wanted = conversion(std::nullopt, "key-0123456789");
  ASSERT_TRUE(accept(wanted));
  EXPECT_EQ(query("SELECT payment_id FROM quote"), wanted.payment_id.to_string());
  EXPECT_EQ(counts(), "1 1 1 1");
}

TEST_F(ConversionStoreTest, AQuoteIsUsedOnceHoweverManyWantIt) {
  const Uuid quote_id = open_quote();
  std::vector<Task<Result<idempotency::Answer>>> tasks;
  for (int i = 0; i < 10; ++i) {
    const std::string key = "key-of-request-" + std::to_string(i);
    tasks.push_back(store_.accept_conversion(conversion(quote_id, key + "-a")));
    tasks.push_back(other_store_.accept_conversion(conversion(quote_id, key + "-b")));
  }
  int accepted = 0;
  for (const auto& answer : run_together(std::move(tasks))) {
    if (answer) {
      EXPECT_EQ(answer->status, 202);
      ++accepted;
    } else {
      EXPECT_EQ(answer.error().code, quotes::kQuoteAlreadyUsed);
    }
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(counts(), "1 1 1 1") << "the others leave no trace";
}

TEST_F(ConversionStoreTest, AKeyMakesOnePaymentHoweverManyUseIt) {
  std::vector<Task<Result<idempotency::Answer>>> tasks;
  for (int i = 0; i < 10; ++i) {
    tasks.push_back(store_.accept_conversion(conversion(std::nullopt, "key-0123456789")));
    tasks.push_back(other_store_.accept_conversion(conversion(std::nullopt, "key-0123456789")));
  }
  std::set<std::string> bodies;
  int first = 0;
  for (const auto& answer : run_together(std::move(tasks))) {
    ASSERT_TRUE(answer);
    first += answer->replayed ? 0 : 1;
    bodies.insert(answer->body);
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(bodies.size(), 1U);
  EXPECT_EQ(counts(), "1 1 1 1");
}

TEST_F(ConversionStoreTest, WhatIsNotTheQuotesIsRefusedAndTheRefusalKept) {
  const Uuid quote_id = open_quote();
  std::vector<NewConversion> wrong(3, conversion(quote_id, ""));
  wrong[0].request.amount.minor = 99'999;
  wrong[1].request.amount.currency = Currency::JPY;
  wrong[2].request.destination_currency = Currency::GBP;
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    wrong[i].request.claim.key = "key-of-request-" + std::to_string(i);
    const auto refused = accept(wrong[i]);
    ASSERT_TRUE(refused) << "a refusal is an answer";
    EXPECT_EQ(refused->status, 422);
    EXPECT_NE(refused->body.find("QUOTE_MISMATCH"), std::string::npos);
    const auto again = accept(wrong[i]);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->body, refused->body);
  }
  EXPECT_EQ(counts(), "0 0 0 3");
  NewConversion in_payout_currency = conversion(quote_id, "key-0123456789");
  in_payout_currency.request.amount.currency = Currency::EUR;
  EXPECT_EQ(accept(in_payout_currency)->status, 202) << "one of its two";
  EXPECT_EQ(query("SELECT currency FROM saga"), "USD");
}

TEST_F(ConversionStoreTest, ExpiredAndUnknownQuotesAreKeptRefusals) {
  NewConversion late = conversion(open_quote(), "key-of-request-1");
  late.request.claim.now = kStart + std::chrono::hours(1);
  EXPECT_EQ(accept(late)->status, 400);
  late.request.claim.now = kStart;
  EXPECT_EQ(accept(late)->status, 400) << "the first answer";
  const auto unknown = accept(conversion(ids_.next(), "key-of-request-2"));
  EXPECT_EQ(unknown->status, 404);
  EXPECT_NE(unknown->body.find("QUOTE_NOT_FOUND"), std::string::npos);
  EXPECT_NE(unknown->body.find("request-1"), std::string::npos);
  EXPECT_EQ(counts(), "0 0 0 2");
}

TEST_F(ConversionStoreTest, AScheduledOneIsNotDueBeforeItsTime) {
  NewConversion later = conversion(std::nullopt, "key-0123456789");
  later.request.execute_at = kStart + std::chrono::hours(2);
  ASSERT_TRUE(accept(later));
  EXPECT_EQ(query("SELECT round(extract(epoch FROM due_at - now()) / 60) FROM saga"), "120");
  EXPECT_EQ(run(store_.find(kDefaultTenant, later.payment_id)).value()->conversion->execute_at,
            later.request.execute_at);
}

TEST_F(ConversionStoreTest, MixedBatchesAnswerEachItsOwn) {
  std::vector<Task<Result<idempotency::Answer>>> tasks;
  for (int i = 0; i < 12; ++i) {
    const std::string key = "key-of-request-" + std::to_string(i);
    std::optional<Uuid> quote_id;
    if (i % 3 == 1) quote_id = open_quote();
    if (i % 3 == 2) quote_id = ids_.next();
    tasks.push_back(store_.accept_conversion(conversion(quote_id, key)));
  }
  const auto answers = run_together(std::move(tasks));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i]);
    EXPECT_EQ(answers[i]->status, i % 3 == 2 ? 404 : 202);
  }
  EXPECT_EQ(counts(), "8 8 8 12");
}

TEST_F(ConversionStoreTest, WhatAKeyHoldsIsFoundBeforeAQuoteIsMade) {
  const NewConversion wanted = conversion(std::nullopt, "key-0123456789");
  EXPECT_FALSE(run(store_.find_answer(wanted.request.claim)).value());
  ASSERT_TRUE(accept(wanted));
  EXPECT_TRUE(run(store_.find_answer(wanted.request.claim)).value()->replayed);
  idempotency::Claim other = wanted.request.claim;
  other.fingerprint = std::string(64, 'b');
  EXPECT_EQ(run(store_.find_answer(other)).error().code, idempotency::kKeyReused);
}

}  // namespace
}  // namespace remit::payments
