#include "remit/quotes/quote_routes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "quote_fixture.hpp"
#include "support/caller.hpp"

namespace remit::quotes {
namespace {

class QuoteRoutesTest : public test::QuoteFixture {
 protected:
  QuoteRoutesTest() { router_.add(quote_routes(service_)); }

  net::Response ask(net::Method method, std::string path, std::string body = "") {
    const auto match = router_.match(method, path);
    if (match.route == nullptr) throw std::runtime_error("no route for " + path);
    net::Request request = test_request();
    request.method = method;
    request.path = std::move(path);
    request.path_parameters = match.parameters;
    request.body = std::move(body);
    request.trace.request_id = "request-7";
    Result<net::Response> answer = run(match.route->handler(std::move(request)));
    return net::response_of(std::move(answer), "request-7");
  }
  net::Response post(std::string path, std::string body) {
    return ask(net::Method::post, std::move(path), std::move(body));
  }

  net::Router router_;
};

constexpr auto kRequest = R"({"from_currency":"USD","to_currency":"eur","amount":100000})";

TEST_F(QuoteRoutesTest, AQuoteIsAnsweredAsTheContractSays) {
  const net::Response response = post("/quotes", kRequest);
  EXPECT_EQ(response.status, 200);
  ASSERT_EQ(store_.quotes.size(), 1U);
  const std::string id = store_.quotes.begin()->second.quote_id;
  const std::string expected =
      R"({"quote_id":")" + id +
      R"(","amount":100000,"currency":"USD","exchange_rate":0.9205,)"
      R"("fees":{"platform_fee":2100,"onramp_fee":1050,"offramp_fee":1575,"total_fees":4725,)"
      R"("currency":"USD"},"guaranteed_payout":87700,"payout_currency":"EUR",)"
      R"("provider":{"onramp":"swift","offramp":"bank","rate_source":"ecb"},)"
      R"("expires_at":"2026-11-20T17:06:01.123Z","valid_for_seconds":60)";
  EXPECT_EQ(response.body, expected + "}");

  EXPECT_EQ(ask(net::Method::get, "/quotes/" + id).body, expected + R"(,"status":"OPEN"})");
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(ask(net::Method::get, "/quotes/" + id).body, expected + R"(,"status":"EXPIRED"})");
  const Uuid payment = ids_.next();
  store_.quotes.begin()->second.payment_id = payment;
  EXPECT_EQ(ask(net::Method::get, "/quotes/" + id).body,
            expected + R"(,"status":"CONSUMED","payment_id":")" + payment.to_string() + "\"}");
}

TEST_F(QuoteRoutesTest, TheRateIsPrintedExactly) {
  rates_.set(Currency::USD, Currency::EUR, "0.00000001");
  const net::Response small =
      post("/quotes", R"({"from_currency":"USD","to_currency":"EUR","amount":1000000000})");
  EXPECT_NE(small.body.find(R"("exchange_rate":0.00000001,)"), std::string::npos) << small.body;
  clock_.advance(std::chrono::seconds(2));
  rates_.set(Currency::USD, Currency::EUR, "123456789.12345678");
  const net::Response large = post("/quotes", kRequest);
  EXPECT_NE(large.body.find(R"("exchange_rate":123456789.12345678,)"), std::string::npos)
      << large.body;
}

TEST_F(QuoteRoutesTest, EveryFieldAtFaultIsNamed) {
  const net::Response response =
      post("/quotes", R"({"from_currency":"XXX","to_currency":7,"amount":0})");
  EXPECT_EQ(response.status, 400);
  for (const std::string part : {"VALIDATION_ERROR", "/from_currency", "/to_currency", "/amount"}) {
    EXPECT_NE(response.body.find(part), std::string::npos) << part << " in " << response.body;
  }
}

TEST_F(QuoteRoutesTest, RefusesInvalidRequests) {
  for (const std::string body :
       {"[]", "{}", R"({"from_currency":"USD","to_currency":"EUR","amount":1000000001})",
        R"({"from_currency":"USD","to_currency":"EUR","amount":1.5})",
        R"({"from_currency":"USD","to_currency":"EUR","amount":"100"})",
        R"({"from_currency":"USDC","to_currency":"EUR","amount":100000})",
        R"({"from_currency":"USD","to_currency":"USDC","amount":100000})"}) {
    const net::Response response = post("/quotes", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_NE(response.body.find("VALIDATION_ERROR"), std::string::npos) << body;
  }
  EXPECT_NE(post("/quotes", "{").body.find("INVALID_JSON"), std::string::npos);
  EXPECT_TRUE(store_.quotes.empty());
}

TEST_F(QuoteRoutesTest, ProblemsKeepTheirStatus) {
  const net::Response small =
      post("/quotes", R"({"from_currency":"USD","to_currency":"EUR","amount":1})");
  EXPECT_EQ(small.status, 422);
  EXPECT_NE(small.body.find("AMOUNT_TOO_SMALL"), std::string::npos);
  EXPECT_NE(small.body.find("request-7"), std::string::npos);
  rates_.forget();
  EXPECT_EQ(post("/quotes", kRequest).status, 503);
  EXPECT_EQ(ask(net::Method::get, "/quotes/quote_nobody").status, 404);
}

TEST_F(QuoteRoutesTest, FeesAreCalculatedWithoutStoringAnything) {
  const net::Response response = post(
      "/fees/calculate",
      R"({"from_currency":"USD","to_currency":"EUR","amount":100000,"priority":"fast","x":1})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"total_fee":4725,"fee_breakdown":{"platform_fee":2100,"onramp_fee":1050,)"
            R"("offramp_fee":1575,"gas_cost":0,"risk_premium":0},)"
            R"("recommended_provider":{"onramp":"swift","offramp":"bank","chain":null,)"
            R"("reasoning":"onramp swift chosen at 10.50 USD, dear dearer at 20.50 USD; )"
            R"(offramp bank chosen at 15.75 USD"},"estimated_settlement_time":"PT180S",)"
            R"("confidence_score":1,)"
            R"("risk_factors":["offramp bank: no alternative is available now"]})");
  EXPECT_TRUE(store_.quotes.empty());
  EXPECT_EQ(rates_.asked, 0);
  EXPECT_EQ(post("/fees/calculate",
                 R"({"from_currency":"USD","to_currency":"EUR","amount":100000,"priority":7})")
                .status,
            400);
}

}  // namespace
}  // namespace remit::quotes
