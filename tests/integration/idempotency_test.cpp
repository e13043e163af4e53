#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

class IdempotencyTest : public ProductTest {
 protected:
  /// The same conversion, written differently.
  static constexpr const char* kBody =
      R"({"amount":100000,"currency":"USD","destination_currency":"EUR",)"
      R"("source_account":"user123","destination_account":"merchant456"})";
  static constexpr const char* kShuffled =
      "{ \"destination_account\" : \"merchant456\",\n\t\"source_account\":\"user123\", "
      "\"currency\":\"USD\",\"destination_currency\":\"EUR\",  \"amount\": 100000 }";

  HttpAnswer post(const RemitProcess& remit, const std::string& body, HttpHeaders headers = {}) {
    headers.emplace_back("Idempotency-Key", key);
    return remit.api().send("POST", "/payments", body, headers);
  }

  std::string payments() { return sql("SELECT count(*) FROM payment"); }

  std::string key = fresh_key();
};

TEST_F(IdempotencyTest, ARepeatedConversionIsAnsweredByteForByteAndDoneOnce) {
  const RemitProcess remit(config);
  const HttpAnswer first = post(remit, kBody);
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(first.header("location"),
            "/payments/" + first.json().at("payment_id").get<std::string>());
  EXPECT_EQ(first.header("idempotent-replayed"), "");
  await_payment(remit.api(), first.json().at("payment_id"), "COMPLETED");

  for (const std::string& body : {std::string(kBody), std::string(kShuffled)}) {
    const HttpAnswer again = post(remit, body);
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(again.header("location"), first.header("location"));
  }
  const HttpAnswer quoted =
      remit.api().send("POST", "/payments", kBody, {{"Idempotency-Key", '"' + key + '"'}});
  EXPECT_EQ(quoted.body, first.body);
  EXPECT_EQ(payments(), "1");
  EXPECT_EQ(world.operations(kRamps).size(), 2U);
}

TEST_F(IdempotencyTest, AKeyBelongsToOneRequest) {
  const RemitProcess remit(config);
  ASSERT_EQ(post(remit, kBody).status, 202);
  Json other = Json::parse(kBody);
  other["amount"] = 100001;
  const HttpAnswer refused = post(remit, other.dump());
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(payments(), "1");
}

TEST_F(IdempotencyTest, StrictHandlingNamesTheFirstPaymentInsteadOfReplaying) {
  const RemitProcess remit(config);
  const Json first = post(remit, kBody).json();
  const HttpAnswer again = post(remit, kBody, {{"Prefer", "handling=strict"}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "DUPLICATE_REQUEST");
  EXPECT_NE(again.body.find(first.at("payment_id").get<std::string>()), std::string::npos);
  EXPECT_EQ(payments(), "1");
}

TEST_F(IdempotencyTest, TheServerCanBeSetToRefuseEveryRepeat) {
  const RemitProcess remit(config, {"idempotency.on_duplicate=conflict"});
  const Json first = post(remit, kBody).json();
  const HttpAnswer again = post(remit, kBody);
  EXPECT_EQ(again.code(), "DUPLICATE_REQUEST");
  EXPECT_NE(again.body.find(first.at("payment_id").get<std::string>()), std::string::npos);

  const std::string charge = R"({"correlationId":")" + fresh_uuid() + R"(","amount":1.50})";
  EXPECT_EQ(remit.api().send("POST", "/payments", charge).status, 202);
  const HttpAnswer repeated = remit.api().send("POST", "/payments", charge);
  EXPECT_EQ(repeated.status, 409);
  EXPECT_EQ(repeated.code(), "DUPLICATE_REQUEST");
}

TEST_F(IdempotencyTest, ARepeatIsAnsweredWhileNoRateCanBeHad) {
  const RemitProcess remit(config, {"rates.max_age=1s"});
  const HttpAnswer first = post(remit, kBody);
  ASSERT_EQ(first.status, 202) << first.body;
  world.set_faults("rates", {{"failing", true}, {"reads", true}});
  HttpAnswer fresh;
  EXPECT_TRUE(eventually([&] {
    fresh = remit.api().send("POST", "/payments", kBody, {{"Idempotency-Key", fresh_key()}});
    return fresh.status == 503;
  })) << fresh.body;
  EXPECT_EQ(fresh.code(), "RATES_UNAVAILABLE");
  EXPECT_NE(fresh.header("retry-after"), "");
  const HttpAnswer again = post(remit, kBody);
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.body, first.body);
}

TEST_F(IdempotencyTest, AScheduledPaymentIsReplayedAfterItsTimeHasCome) {
  const RemitProcess remit(config);
  const std::string soon =
      sql("SELECT to_char((now() + interval '1500 ms') AT TIME ZONE 'UTC', "
          "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
  Json body = Json::parse(kBody);
  body["execute_at"] = soon;
  const HttpAnswer first = post(remit, body.dump());
  ASSERT_EQ(first.status, 202) << first.body;
  await_payment(remit.api(), first.json().at("payment_id"), "COMPLETED");
  const HttpAnswer again = post(remit, body.dump());
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.body, first.body);
}

TEST_F(IdempotencyTest, ARefusalOnTheMeritsIsKeptAndAFaultOfShapeIsNot) {
  const RemitProcess remit(config);
  Json body = Json::parse(kBody);
  const HttpAnswer quote = remit.api().post(
      "/quotes", {{"from_currency", "USD"}, {"to_currency", "EUR"}, {"amount", 5000}});
  ASSERT_EQ(quote.status, 200) << quote.body;
  body["quote_id"] = quote.json().at("quote_id");
  const HttpAnswer refused = post(remit, body.dump());
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), "QUOTE_MISMATCH");
  const HttpAnswer again = post(remit, body.dump());
  EXPECT_EQ(again.body, refused.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");

  key = fresh_key();
  body = Json::parse(kBody);
  body["amount"] = 0;
  EXPECT_EQ(post(remit, body.dump()).status, 400);
  EXPECT_EQ(post(remit, kBody).status, 202) << "the key was not used up by the malformed request";
}

TEST_F(IdempotencyTest, AQuoteThatIsNotThereLeavesTheKeyForTheCorrectedRequest) {
  const RemitProcess remit(config);
  Json body = Json::parse(kBody);
  body["quote_id"] = "quote_" + fresh_uuid();
  const HttpAnswer refused = post(remit, body.dump());
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.code(), "QUOTE_NOT_FOUND");
  EXPECT_EQ(post(remit, body.dump()).header("idempotent-replayed"), "");
  const HttpAnswer corrected = post(remit, kBody);
  EXPECT_EQ(corrected.status, 202) << corrected.body;
}

TEST_F(IdempotencyTest, ARepeatedChargeIsReplayedAndItsIdStandsForOneAmount) {
  const RemitProcess remit(config);
  const std::string id = fresh_uuid();
  const auto charge = [&](const std::string& amount) {
    return remit.api().send("POST", "/payments",
                            R"({"correlationId":")" + id + R"(","amount":)" + amount + "}");
  };
  const HttpAnswer first = charge("19.90");
  ASSERT_EQ(first.status, 202) << first.body;
  const HttpAnswer again = charge("19.9");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(charge("19.91").code(), "IDEMPOTENCY_KEY_REUSED");
  await_payment(remit.api(), id, "COMPLETED");
  EXPECT_EQ(charge("19.90").body, first.body);
  EXPECT_EQ(world.operations(kProcessors), (std::map<std::string, int>{{id, 1}}));
}

}  // namespace
}  // namespace remit::test
