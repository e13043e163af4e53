#include "payment_store_fixture.hpp"
#include "remit/idempotency/key.hpp"

namespace remit::payments {
namespace {

class ChargeStoreTest : public PaymentStoreTest {
 protected:
  Result<idempotency::Answer> accept(ChargeRequest request) {
    return run(store_.accept_charge(std::move(request)));
  }
  Summary summary(std::optional<Timestamp> from = {}, std::optional<Timestamp> to = {}) {
    return run(store_.summarise({.tenant = kDefaultTenant, .from = from, .to = to})).value();
  }
};

TEST_F(ChargeStoreTest, AcceptsOnceAndAnswersAgainByteForByte) {
  const Uuid id = ids_.next();
  const auto first = accept(charge(id)).value();
  EXPECT_EQ(first.status, 202);
  EXPECT_FALSE(first.replayed);
  EXPECT_EQ(first.resource_id, id.to_string());
  EXPECT_EQ(first.location, "/payments/" + id.to_string());
  const auto again = accept(charge(id, 1'990, std::chrono::seconds(9))).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.body, first.body) << "with the first's time";
  EXPECT_EQ(query("SELECT count(*) FROM saga"), "1");
}

TEST_F(ChargeStoreTest, OfEqualOnesAtOnceOneIsFirst) {
  const Uuid id = ids_.next();
  std::vector<Task<Result<idempotency::Answer>>> tasks;
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(store_.accept_charge(charge(id)));
    tasks.push_back(other_store_.accept_charge(charge(id)));
  }
  int first = 0;
  for (const auto& answer : run_together(std::move(tasks))) {
    ASSERT_TRUE(answer);
    first += answer->replayed ? 0 : 1;
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(query("SELECT count(*) FROM saga"), "1");
}

TEST_F(ChargeStoreTest, AnotherAmountUnderTheSameIdIsRefused) {
  const Uuid id = ids_.next();
  std::vector<Task<Result<idempotency::Answer>>> tasks;
  tasks.push_back(store_.accept_charge(charge(id, 100)));
  tasks.push_back(store_.accept_charge(charge(id, 200)));
  const auto together = run_together(std::move(tasks));
  ASSERT_TRUE(together[0]);
  EXPECT_EQ(together[1].error().code, idempotency::kKeyReused);
  EXPECT_EQ(accept(charge(id, 300)).error().code, idempotency::kKeyReused);
  ChargeRequest euros = charge(id, 100);
  euros.amount.currency = Currency::EUR;
  EXPECT_EQ(accept(euros).error().code, idempotency::kKeyReused);
}

TEST_F(ChargeStoreTest, StrictIsToldWhatTheFirstMade) {
  const Uuid id = ids_.next();
  ChargeRequest strict = charge(id);
  strict.strict = true;
  ASSERT_TRUE(accept(strict));
  const auto again = accept(strict);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, idempotency::kDuplicateRequest);
  EXPECT_NE(again.error().detail.find(id.to_string()), std::string::npos);
}

TEST_F(ChargeStoreTest, TheIdOfAConversionIsTaken) {
  const NewConversion taken = conversion(std::nullopt, "key-0123456789");
  ASSERT_TRUE(run(store_.accept_conversion(taken)));
  EXPECT_EQ(accept(charge(taken.payment_id, 100'000)).error().code, idempotency::kKeyReused);
}

TEST_F(ChargeStoreTest, TheSummaryCountsWhatCompletedByWhenItWasSent) {
  const auto at = [](int ms) { return kStart + std::chrono::milliseconds(ms); };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(accept(charge(ids_.next(), 1'000)));
  complete_charges("default", at(100));
  ASSERT_TRUE(accept(charge(ids_.next(), 50)));
  complete_charges("fallback", at(200));
  ASSERT_TRUE(accept(charge(ids_.next(), 7)));  // pending

  const auto expect = [](const Summary& sums, std::int64_t requests, std::int64_t amount,
                         std::int64_t fallback) {
    ASSERT_EQ(sums.size(), 2U);
    EXPECT_EQ(sums.at("default").requests, requests);
    EXPECT_EQ(sums.at("default").amount_minor, amount);
    EXPECT_EQ(sums.at("fallback").requests, fallback);
  };
  expect(summary(), 3, 3'000, 1);
  expect(summary(at(100), at(200)), 3, 3'000, 1);
  expect(summary(at(100), at(100)), 3, 3'000, 0);
  expect(summary(at(101), at(199)), 0, 0, 0);
  expect(summary(at(101)), 0, 0, 1);
  expect(summary({}, at(199)), 3, 3'000, 0);
  const SummaryRequest others{.tenant = 2, .from = {}, .to = {}};
  EXPECT_EQ(run(store_.summarise(others))->at("default").requests, 0);
}

TEST_F(ChargeStoreTest, PurgingTakesChargesAwayAndTheLedgerBackToWhereItWas) {
  const NewConversion kept = conversion(std::nullopt, "key-0123456789");
  ASSERT_TRUE(run(store_.accept_conversion(kept)));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(accept(charge(ids_.next())));
  complete_charges("default", kStart);
  ChargeRequest others = charge(ids_.next());
  others.tenant = 2;
  ASSERT_TRUE(accept(others));
  ASSERT_NE(ledger_distance(), "0");

  EXPECT_EQ(run(store_.purge_charges(kDefaultTenant, ids_.next(), kStart)).value(), 5);
  EXPECT_EQ(ledger_distance(), "0");
  EXPECT_EQ(query("SELECT count(*) FROM saga_transition"), "0");
  EXPECT_EQ(query("SELECT string_agg(kind || tenant_id, ',' ORDER BY kind) FROM saga"),
            "charge2,conversion1");
  EXPECT_EQ(summary().at("default").requests, 0);
  EXPECT_EQ(run(store_.purge_charges(kDefaultTenant, ids_.next(), kStart)).value(), 0);
  EXPECT_EQ(ledger_distance(), "0");
}

TEST_F(ChargeStoreTest, AChargeMayBeMadeAgainAfterAPurge) {
  const Uuid id = ids_.next();
  for (int life = 0; life < 3; ++life) {
    const auto answer = accept(charge(id, 1'990, std::chrono::seconds(life)));
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->replayed);
    complete_charges("default", kStart + std::chrono::seconds(life));
    EXPECT_EQ(summary().at("default").requests, 1);
    ASSERT_EQ(run(store_.purge_charges(kDefaultTenant, ids_.next(), kStart)).value(), 1);
    EXPECT_EQ(ledger_distance(), "0") << "life " << life;
  }
}

}  // namespace
}  // namespace remit::payments
