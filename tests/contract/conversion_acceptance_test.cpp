#include <set>

#include "contract/contract_test.hpp"
#include "remit/idempotency/key.hpp"
#include "remit/storage/lanes.hpp"
#include "support/tenants.hpp"

namespace remit::contract {
namespace {

using idempotency::Answer;
using payments::NewConversion;

class ConversionAcceptanceContract : public ContractTest {
 protected:
  Result<Answer> accept(NewConversion conversion, int index = 0) {
    return run(database(index).run<payments::AcceptConversion>(std::move(conversion)), index);
  }
  std::optional<Uuid> user_of(Uuid quote_id) {
    return run(database().run<quotes::FindQuote>({tenant(), quote_id})).value().value().payment_id;
  }
};

TEST_P(ConversionAcceptanceContract, AClockThatIsAheadMakesNoConversionYoungerThanItIs) {
  NewConversion wanted = conversion(std::nullopt, "key-0123456789");
  wanted.request.claim.now += std::chrono::hours(24 * 365 * 50);
  const Answer told = accept(wanted).value();
  const Timestamp stored = payment(wanted.payment_id).saga.created_at;
  EXPECT_LT(stored, wanted.request.claim.now);
  EXPECT_NE(told.body.find(to_rfc3339(stored)), std::string::npos) << told.body;
}

TEST_P(ConversionAcceptanceContract, KeyQuotePaymentAndAnswerAreOne) {
  const Uuid quote_id = open_quote();
  NewConversion wanted = conversion(quote_id, "key-0123456789");
  wanted.request.external_id = "order 7";
  wanted.request.metadata = R"({"a":[1.50,1e2,"b"]})";
  wanted.request.origin = {.request_id = "request-9", .traceparent = "00-trace-01"};
  const Answer answer = accept(wanted).value();
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(backend().counts(), (Counts{1, 1, 1, 1}));
  EXPECT_EQ(user_of(quote_id), wanted.payment_id);

  const payments::Payment stored = payment(wanted.payment_id);
  ASSERT_TRUE(stored.conversion);
  const payments::ConversionDetails& details = *stored.conversion;
  EXPECT_EQ(details.source_account, "alice");
  EXPECT_EQ(details.destination_account, "bob");
  EXPECT_EQ(details.quote_id, quote_id);
  EXPECT_EQ(details.rate, *Rate::parse("0.9"));
  EXPECT_EQ(details.payout, (Money{88'380, Currency::EUR}));
  EXPECT_EQ(details.onramp_fee, (Money{500, Currency::USD}));
  EXPECT_EQ(details.offramp_fee, (Money{300, Currency::USD}));
  EXPECT_EQ(details.external_id, "order 7");
  EXPECT_EQ(details.metadata, R"({"a":[1.50,1e2,"b"]})");
  EXPECT_FALSE(details.execute_at);
  EXPECT_EQ(details.platform_fee, (Money{1'000, Currency::USD}));
  EXPECT_EQ(stored.saga.request_id, "request-9");
  EXPECT_EQ(stored.saga.traceparent, "00-trace-01");
  ASSERT_EQ(stored.saga.legs.size(), 2U);
  EXPECT_EQ(stored.saga.legs[0].operation_id, wanted.onramp_operation);
  EXPECT_EQ(stored.saga.legs[0].target, (Money{982'000'000, Currency::USDC}));
  EXPECT_EQ(stored.saga.legs[1].operation_id, wanted.offramp_operation);
  EXPECT_TRUE(stored.history.empty());

  const Answer again = accept(conversion(quote_id, "key-0123456789"), 1).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.status, answer.status);
  EXPECT_EQ(again.body, answer.body);
  EXPECT_EQ(again.resource_id, answer.resource_id);
  EXPECT_EQ(again.location, answer.location);
  EXPECT_EQ(backend().counts(), (Counts{1, 1, 1, 1}));
}

TEST_P(ConversionAcceptanceContract, AQuoteMadeOnTheSpotIsStoredUsed) {
  const NewConversion wanted = conversion(std::nullopt, "key-0123456789");
  ASSERT_TRUE(accept(wanted));
  EXPECT_EQ(user_of(quotes::parse_quote_id(wanted.own_quote->quote_id).value()), wanted.payment_id);
  EXPECT_EQ(backend().counts(), (Counts{1, 1, 1, 1}));
}

TEST_P(ConversionAcceptanceContract, ARefusalForWantOfAQuoteIsKeptWithTheKey) {
  NewConversion small = conversion(std::nullopt, "key-0123456789");
  small.own_quote.reset();
  small.refusal = Problem(quotes::kAmountTooSmall, "the fees are more than the amount");
  const Answer answer = accept(small).value();
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(backend().counts(), (Counts{0, 0, 0, 1}));
  const Answer again = accept(conversion(std::nullopt, "key-0123456789")).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.body, answer.body);
  EXPECT_EQ(backend().counts(), (Counts{0, 0, 0, 1}));
}

TEST_P(ConversionAcceptanceContract, AQuoteIsUsedOnceHoweverManyWantIt) {
  const Uuid quote_id = open_quote();
  std::vector<Begun<Answer>> begun;
  for (int i = 0; i < 20; ++i) {
    NewConversion wanted = conversion(quote_id, "key-of-request-" + std::to_string(i));
    begun.push_back(
        begin(database(i % 2).run<payments::AcceptConversion>(std::move(wanted)), i % 2));
  }
  int accepted = 0;
  for (const auto& one : begun) {
    const auto answer = end(one);
    accepted += answer ? 1 : 0;
    if (!answer) EXPECT_EQ(answer.error().code, quotes::kQuoteAlreadyUsed);
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(backend().counts(), (Counts{1, 1, 1, 1})) << "the others leave no trace";
}

TEST_P(ConversionAcceptanceContract, AKeyMakesOnePaymentHoweverManyUseIt) {
  std::vector<Begun<Answer>> begun;
  for (int i = 0; i < 20; ++i) {
    NewConversion wanted = conversion(std::nullopt, "key-0123456789");
    begun.push_back(
        begin(database(i % 2).run<payments::AcceptConversion>(std::move(wanted)), i % 2));
  }
  std::set<std::string> bodies;
  int first = 0;
  for (const auto& one : begun) {
    const Answer answer = end(one).value();
    first += answer.replayed ? 0 : 1;
    bodies.insert(answer.body);
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(bodies.size(), 1U);
  EXPECT_EQ(backend().counts(), (Counts{1, 1, 1, 1}));
}

TEST_P(ConversionAcceptanceContract, AMismatchWithTheQuoteIsRefusedAndTheRefusalStored) {
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
  EXPECT_EQ(backend().counts(), (Counts{0, 0, 0, 3}));
  NewConversion in_payout_currency = conversion(quote_id, "key-0123456789");
  in_payout_currency.request.amount.currency = Currency::EUR;
  ASSERT_EQ(accept(in_payout_currency)->status, 202) << "one of its two";
  EXPECT_EQ(payment(in_payout_currency.payment_id).saga.amount.currency, Currency::USD);
}

TEST_P(ConversionAcceptanceContract, AnExpiredQuoteIsAKeptRefusal) {
  NewConversion late = conversion(open_quote(), "key-of-request-1");
  late.request.claim.now = kStart + hours(1);
  const auto refused = accept(late);
  EXPECT_EQ(refused->status, 400);
  EXPECT_NE(refused->body.find("request-1"), std::string::npos);
  late.request.claim.now = kStart;
  EXPECT_EQ(accept(late)->status, 400) << "the first answer";
  EXPECT_EQ(backend().counts(), (Counts{0, 0, 0, 1}));
}

TEST_P(ConversionAcceptanceContract, AnUnknownQuoteLeavesTheKeyForTheCorrectedRequest) {
  EXPECT_EQ(accept(conversion(ids_.next(), "key-of-request-2", 'a')).error().code,
            quotes::kQuoteNotFound);
  EXPECT_EQ(backend().counts(), (Counts{0, 0, 0, 0}));
  EXPECT_EQ(accept(conversion(open_quote(), "key-of-request-2", 'b'))->status, 202);
  EXPECT_EQ(backend().counts(), (Counts{1, 1, 1, 1}));
}

TEST_P(ConversionAcceptanceContract, AKeyOfAnotherRequestIsRefused) {
  ASSERT_TRUE(accept(conversion(std::nullopt, "key-0123456789", 'a')));
  EXPECT_EQ(accept(conversion(std::nullopt, "key-0123456789", 'b')).error().code,
            idempotency::kKeyReused);
  NewConversion strict = conversion(std::nullopt, "key-0123456789", 'a');
  strict.request.claim.strict = true;
  EXPECT_EQ(accept(strict).error().code, idempotency::kDuplicateRequest);
  NewConversion of_another = conversion(std::nullopt, "key-0123456789", 'b');
  of_another.request.claim.tenant = kOtherTenant;
  EXPECT_FALSE(accept(of_another).value().replayed) << "another tenant's key";
}

TEST_P(ConversionAcceptanceContract, A409LeavesTheKeyForAnother) {
  const Uuid quote_id = open_quote();
  ASSERT_TRUE(accept(conversion(quote_id, "key-of-request-1")));
  EXPECT_EQ(accept(conversion(quote_id, "key-of-request-2", 'b')).error().code,
            quotes::kQuoteAlreadyUsed);
  EXPECT_EQ(backend().counts().keys, 1);
  EXPECT_EQ(accept(conversion(std::nullopt, "key-of-request-2", 'c'))->status, 202);
}

TEST_P(ConversionAcceptanceContract, OneBatchOfAllSortsAnswersEachItsOwn) {
  const Uuid used = open_quote();
  ASSERT_TRUE(accept(conversion(used, "key-of-the-first")));
  std::vector<Begun<Answer>> begun;
  for (int i = 0; i < 16; ++i) {
    std::optional<Uuid> quote_id;
    if (i % 4 == 1) quote_id = open_quote();
    if (i % 4 == 2) quote_id = ids_.next();
    if (i % 4 == 3) quote_id = used;
    begun.push_back(begin(database().run<payments::AcceptConversion>(
        conversion(quote_id, "key-of-request-" + std::to_string(i)))));
  }
  // Of two that differ under one key, the first leaves no trace: the other is executed.
  const auto vain =
      begin(database().run<payments::AcceptConversion>(conversion(used, "key-shared", 'd')));
  const auto other = begin(
      database().run<payments::AcceptConversion>(conversion(std::nullopt, "key-shared", 'e')));
  for (std::size_t i = 0; i < begun.size(); ++i) {
    const auto answer = end(begun[i]);
    ASSERT_EQ(answer.has_value(), i % 4 < 2) << i;
    if (answer) EXPECT_EQ(answer->status, 202);
  }
  EXPECT_EQ(end(vain).error().code, quotes::kQuoteAlreadyUsed);
  EXPECT_EQ(end(other).value().status, 202);
  EXPECT_EQ(backend().counts(), (Counts{10, 10, 10, 10}));
}

TEST_P(ConversionAcceptanceContract, ASecondUseOfAKeyWaitsForTheFirst) {
  NewConversion wanted = conversion(std::nullopt, "key-0123456789");
  const Answer first{.status = 202, .body = "{}", .resource_id = {}, .location = {}};
  for (const bool commits : {true, false}) {
    wanted.request.claim.key += commits ? "-a" : "-b";
    wanted.own_quote = quote();
    auto outsider = backend().outsider();
    outsider->insert_key(wanted.request.claim, first);
    const auto second = begin(database().run<payments::AcceptConversion>(wanted));
    until_somebody_waits();
    EXPECT_FALSE(*second);
    if (commits) outsider->commit();
    outsider.reset();
    const auto answer = end(second);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->replayed, commits);
    EXPECT_EQ(answer->body == "{}", commits);
  }
}

TEST_P(ConversionAcceptanceContract, AQuoteInUseIsWaitedFor) {
  for (const bool commits : {true, false}) {
    const Uuid quote_id = open_quote();
    auto outsider = backend().outsider();
    outsider->use_quote(quote_id, ids_.next());
    const auto second = begin(database().run<payments::AcceptConversion>(
        conversion(quote_id, commits ? "key-of-request-1" : "key-of-request-2")));
    until_somebody_waits();
    if (commits) outsider->commit();
    outsider.reset();
    const auto answer = end(second);
    EXPECT_EQ(answer.has_value(), !commits);
    if (!answer) EXPECT_EQ(answer.error().code, quotes::kQuoteAlreadyUsed);
  }
}

TEST_P(ConversionAcceptanceContract, TheStoredAnswerOfAKeyIsFound) {
  const NewConversion wanted = conversion(std::nullopt, "key-0123456789");
  EXPECT_FALSE(run(database().run<payments::FindAnswer>(wanted.request.claim)).value());
  const Answer answer = accept(wanted).value();
  const auto found = run(database(1).run<payments::FindAnswer>(wanted.request.claim), 1).value();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->replayed);
  EXPECT_EQ(found->body, answer.body);
  idempotency::Claim other = wanted.request.claim;
  other.fingerprint = std::string(64, 'b');
  EXPECT_EQ(run(database().run<payments::FindAnswer>(other)).error().code, idempotency::kKeyReused);
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(ConversionAcceptanceContract);

}  // namespace
}  // namespace remit::contract
