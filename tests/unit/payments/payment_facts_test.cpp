// What is told of payments: types, and what their data shows.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "remit/engine/saga_facts.hpp"
#include "remit/payments/conversion_terms.hpp"
#include "remit/payments/payment_machine.hpp"
#include "support/tenants.hpp"

namespace remit::payments {
namespace {

using engine::Saga;
using engine::Step;
using Json = nlohmann::json;
using Types = std::vector<std::string>;

Saga charge() {
  Saga saga(kTenant);
  saga.id = *Uuid::parse("4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3");
  saga.plan = &charge_plan();
  saga.amount = {1'990, Currency::BRL};
  saga.legs = charge_plan().initial_legs(saga);
  return saga;
}

Saga conversion() {
  Saga saga = charge();
  saga.plan = &conversion_plan();
  saga.amount = {100'000, Currency::USD};
  saga.legs.assign(2, engine::Leg());
  saga.legs[0].provider = "swift-onramp";
  saga.terms = std::make_shared<ConversionTerms>(Money{0, Currency::USD}, Money{0, Currency::USD},
                                                 R"("quote_id":"quote_1","metadata":{})");
  return saga;
}

/// Through these statuses, in one step.
Step step(Saga saga, const std::vector<std::string>& statuses) {
  Step made{.saga = std::move(saga)};
  for (const std::string& status : statuses) {
    made.transitions.push_back({made.saga.status, status, "as a test says"});
    made.saga.status = status;
  }
  return made;
}

Types types_of(const Step& step) {
  Types types;
  for (const outbox::Fact& fact : engine::facts_of(step)) types.emplace_back(fact.type);
  return types;
}

TEST(PaymentFacts, BeginWithTheAcceptanceWhateverTheFirstStepHasMade) {
  Saga begun = charge();
  begun.status = kProcessing;
  begun.legs[0].provider = "default";
  const auto facts = engine::first_facts(begun);
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].type, "payment.accepted");
  EXPECT_EQ(facts[0].resource, "/payments/4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3");
  EXPECT_TRUE(facts[0].begins);
  const Json data = Json::parse(facts[0].data);
  EXPECT_EQ(data["status"], "PENDING");
  EXPECT_EQ(data["processor"], nullptr);
  EXPECT_FALSE(data.contains("created_at"));
  EXPECT_EQ(Json::parse(facts[0].changes), Json::parse(R"({"status":[null,"PENDING"]})"));
}

TEST(ChargeFacts, AreItsBeginningAndItsEnd) {
  EXPECT_EQ(types_of(step(charge(), {"PROCESSING"})), Types{});
  EXPECT_EQ(types_of(step(charge(), {"PROCESSING", "COMPLETED"})), Types{"payment.completed"});
  EXPECT_EQ(types_of(step(charge(), {"FAILED"})), Types{"payment.failed"});
  EXPECT_EQ(types_of(step(charge(), {"CANCELLED"})), Types{"payment.cancelled"});
}

TEST(ConversionFacts, AreItsStatuses) {
  Step both = step(conversion(), {"ONRAMP_COMPLETE", "OFFRAMP_PENDING"});
  both.saga.processed_at = Timestamp{};
  const auto facts = engine::facts_of(both);
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(types_of(both), (Types{"payment.onramp_complete", "payment.offramp_pending"}));
  const Json first = Json::parse(facts[0].data);
  EXPECT_EQ(first["status"], "ONRAMP_COMPLETE");
  EXPECT_EQ(first["processed_at"], nullptr) << "as it was on the way";
  EXPECT_EQ(first["quote_id"], "quote_1");
  EXPECT_EQ(first["on_ramp_provider"], "swift-onramp");
  EXPECT_EQ(Json::parse(facts[1].changes),
            Json::parse(R"({"status":["ONRAMP_COMPLETE","OFFRAMP_PENDING"]})"));
}

TEST(PaymentFacts, ARefundIsToldBesideTheFailure) {
  EXPECT_EQ(types_of(step(conversion(), {"COMPENSATING"})), Types{"refund.accepted"});
  Saga refunded = conversion();
  refunded.error_code = "COMPENSATED";
  EXPECT_EQ(types_of(step(refunded, {"FAILED"})), (Types{"refund.completed", "payment.failed"}));
}

TEST(DeadLetterFacts, AreMadeOnceAndWhenThePaymentGoesOn) {
  Step parked = step(charge(), {});
  parked.saga.parked_reason = "REFUSED_TOO_OFTEN";
  EXPECT_EQ(types_of(parked), Types{"dead_letter.created"});
  EXPECT_EQ(Json::parse(engine::facts_of(parked)[0].changes),
            Json::parse(R"({"parked_reason":[null,"REFUSED_TOO_OFTEN"]})"));
  parked.was_parked = "REFUSED_TOO_OFTEN";
  EXPECT_EQ(types_of(parked), Types{});
  Step resolved = step(charge(), {"COMPLETED"});
  resolved.was_parked = "REFUSED_TOO_OFTEN";
  EXPECT_EQ(types_of(resolved), (Types{"payment.completed", "dead_letter.resolved"}));
}

}  // namespace
}  // namespace remit::payments
