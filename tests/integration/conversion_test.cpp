#include <gtest/gtest.h>

#include "product_test.hpp"
#include "support/saga_queue.hpp"

namespace remit::test {
namespace {

using ConversionTest = ProductTest;
using Path = std::vector<std::string>;

const Path kWholePath = {"PENDING", "ONRAMP_PENDING", "ONRAMP_COMPLETE", "OFFRAMP_PENDING",
                         "COMPLETED"};

Json make_quote(const HttpApi& api) {
  const HttpAnswer answer =
      api.post("/quotes", {{"from_currency", "USD"}, {"to_currency", "EUR"}, {"amount", 100000}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.json();
}

Json on_quote(const Json& quote) {
  Json body = conversion_body();
  body["quote_id"] = quote.at("quote_id");
  return body;
}

// floor((amount - total_fees) * rate), the rate as it is printed.
std::int64_t payout_of(const std::string& quote_text, const Json& quote) {
  const std::string name = "\"exchange_rate\":";
  const std::size_t begin = quote_text.find(name) + name.size();
  std::string digits = quote_text.substr(begin, quote_text.find_first_of(",}", begin) - begin);
  const std::size_t point = digits.find('.');
  __int128 divisor = 1;
  if (point != std::string::npos) {
    for (std::size_t i = point + 1; i < digits.size(); ++i) divisor *= 10;
    digits.erase(point, 1);
  }
  const __int128 paid = quote.at("amount").get<std::int64_t>() -
                        quote.at("fees").at("total_fees").get<std::int64_t>();
  return static_cast<std::int64_t>(paid * std::stoll(digits) / divisor);
}

TEST_F(ConversionTest, IsCarriedThroughEveryStateToExactlyTheQuotedPayout) {
  const RemitProcess remit(config);
  const Json quote = make_quote(remit.api());
  const Json accepted = accept_conversion(remit.api(), on_quote(quote));
  const Json payment = await_payment(remit.api(), accepted.at("payment_id"), "COMPLETED");

  EXPECT_EQ(path_of(payment), kWholePath);
  EXPECT_EQ(payment.at("guaranteed_payout_amount"), quote.at("guaranteed_payout"));
  EXPECT_EQ(payment.at("payout_currency"), "EUR");
  EXPECT_EQ(payment.at("quote_id"), quote.at("quote_id"));
  EXPECT_EQ(payment.at("exchange_rate"), quote.at("exchange_rate"));
  EXPECT_EQ(payment.at("fees"), quote.at("fees"));
  EXPECT_EQ(payment.at("on_ramp_provider"), quote.at("provider").at("onramp"));
  EXPECT_EQ(payment.at("off_ramp_provider"), quote.at("provider").at("offramp"));
  EXPECT_TRUE(payment.at("on_ramp_tx_id").is_string());
  EXPECT_TRUE(payment.at("off_ramp_tx_id").is_string());
  EXPECT_GE(payment.at("on_ramp_poll_count"), 2);
  EXPECT_TRUE(payment.at("processed_at").is_string());
  EXPECT_TRUE(payment.at("error_code").is_null());
}

TEST_F(ConversionTest, LeavesTheProvidersBooksWithEachOperationOnceAndTheQuotedAmounts) {
  const RemitProcess remit(config);
  const Json quote = make_quote(remit.api());
  const Json accepted = accept_conversion(remit.api(), on_quote(quote));
  const Json payment = await_payment(remit.api(), accepted.at("payment_id"), "COMPLETED");

  const auto operations = world.operations(kRamps);
  ASSERT_EQ(operations.size(), 2U);
  for (const Json& attempt : payment.at("attempts")) {
    const auto found = operations.find(attempt.at("operation_id"));
    ASSERT_NE(found, operations.end()) << attempt.dump();
    EXPECT_EQ(found->second, 1);
    EXPECT_EQ(attempt.at("outcome"), "settled");
  }
  const Json paid = world.books(payment.at("off_ramp_provider")).at("records").at(0);
  EXPECT_EQ(paid.at("target_amount"), quote.at("guaranteed_payout")) << paid.dump();
  EXPECT_EQ(paid.at("target_currency"), "EUR");
  EXPECT_EQ(paid.at("account"), "merchant456");
}

TEST_F(ConversionTest, PostsAmountsThatBalanceAndLeavesNothingInFlight) {
  const RemitProcess remit(config);
  const Json quote = make_quote(remit.api());
  const Json accepted = accept_conversion(remit.api(), on_quote(quote));
  await_payment(remit.api(), accepted.at("payment_id"), "COMPLETED");

  EXPECT_EQ(open_balances("account = 'clearing'"), "");
  EXPECT_EQ(open_balances("account = 'source_funds'"), "source_funds USD -100000");
  EXPECT_EQ(open_balances("account = 'payout_funds'"),
            "payout_funds EUR " + std::to_string(quote.at("guaranteed_payout").get<long>()));
  EXPECT_EQ(
      sql("SELECT coalesce(sum(net), 0) FROM (SELECT sum(amount) AS net FROM ledger_posting WHERE "
          "debit_account LIKE '%fees%' AND currency = 'USD') AS fees"),
      std::to_string(quote.at("fees").at("total_fees").get<long>()));
}

TEST_F(ConversionTest, QuotesARateThatGivesThePayoutToTheLastDigitAndIsUsedOnce) {
  const RemitProcess remit(config);
  const HttpAnswer made = remit.api().post(
      "/quotes", {{"from_currency", "usd"}, {"to_currency", "eur"}, {"amount", 123457}});
  ASSERT_EQ(made.status, 200) << made.body;
  const Json quote = made.json();
  EXPECT_EQ(quote.at("guaranteed_payout"), payout_of(made.body, quote));
  EXPECT_EQ(quote.at("currency"), "USD");
  const std::string path = "/quotes/" + quote.at("quote_id").get<std::string>();
  EXPECT_EQ(remit.api().get(path).json().at("status"), "OPEN");

  Json body = on_quote(quote);
  body["amount"] = 123457;
  const Json accepted = accept_conversion(remit.api(), body);
  const Json used = remit.api().get(path).json();
  EXPECT_EQ(used.at("status"), "CONSUMED");
  EXPECT_EQ(used.at("payment_id"), accepted.at("payment_id"));
  const HttpAnswer again = remit.api().post("/payments", body, {{"Idempotency-Key", fresh_key()}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "QUOTE_ALREADY_USED");
}

TEST_F(ConversionTest, MetadataComesBackAsItWasWritten) {
  const RemitProcess remit(config);
  std::string body = conversion_body().dump();
  body.pop_back();
  const std::string metadata = R"({"a":[1.50,1e300,-0.0,0e-9],"b":{"":null}})";
  const HttpAnswer accepted =
      remit.api().send("POST", "/payments", body + R"(,"metadata":)" + metadata + "}",
                       {{"Idempotency-Key", "metadata-as-written"}});
  ASSERT_EQ(accepted.status, 202) << accepted.body;
  const std::string id = accepted.json().at("payment_id");
  const std::string member = R"("metadata":)" + metadata + ",";
  EXPECT_NE(remit.api().get("/payments/" + id).body.find(member), std::string::npos);
  EXPECT_NE(remit.api().get("/payments").body.find(member), std::string::npos);
}

TEST_F(ConversionTest, APaymentThatCannotBeReadIsShownByWhatCanBe) {
  const RemitProcess remit(config);
  Json body = conversion_body();
  body["delay_seconds"] = 3600;
  const std::string id = accept_conversion(remit.api(), body).at("payment_id");
  const auto change = [this, &id](const std::string& what) {
    sql(with_queue("UPDATE saga SET " + what + " WHERE saga_id = '" + id + "'"));
  };
  change("legs = jsonb_set(legs::jsonb, '{0,state}', '\"frozen\"')::text, due_at = now()");
  Json parked;
  ASSERT_TRUE(eventually([&] {
    parked = remit.api().get("/payments/" + id).json();
    return parked.is_object() && parked.value("error_code", Json()) == "UNREADABLE";
  })) << parked.dump();
  EXPECT_EQ(parked.at("source_account"), body.at("source_account"));
  EXPECT_TRUE(parked.at("on_ramp_provider").is_null());
  EXPECT_EQ(remit.api().get("/payments").json().at("data").size(), 1U);
  EXPECT_EQ(remit.api().get("/payments/" + id + "/routing").status, 200);
  for (const char* command : {"/cancel", "/retry"}) {
    EXPECT_EQ(remit.api().send("POST", "/payments/" + id + command).status, 409) << command;
  }
  change("legs = jsonb_set(legs::jsonb, '{0,state}', '\"planned\"')::text");
  EXPECT_EQ(remit.api().send("POST", "/payments/" + id + "/retry").status, 202);
  await_payment(remit.api(), id, "COMPLETED");
}

TEST_F(ConversionTest, IsFoundByItsFiltersAndPageByPage) {
  const RemitProcess remit(config);
  std::vector<std::string> newest_first;
  for (int i = 0; i < 5; ++i) {
    Json body = conversion_body();
    body["external_id"] = "order-" + std::to_string(i / 2);
    body["metadata"] = {{"n", i}};
    newest_first.insert(newest_first.begin(),
                        accept_conversion(remit.api(), body).at("payment_id"));
  }
  std::vector<std::string> listed;
  std::string cursor;
  do {
    const Json page =
        remit.api()
            .get("/payments?kind=conversion&limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor))
            .json();
    for (const Json& payment : page.at("data")) listed.push_back(payment.at("payment_id"));
    cursor = page.at("next_cursor").is_null() ? "" : page.at("next_cursor").get<std::string>();
  } while (!cursor.empty());
  EXPECT_EQ(listed, newest_first);
  const Json of_order = remit.api().get("/payments?external_id=order-1").json().at("data");
  ASSERT_EQ(of_order.size(), 2U);
  EXPECT_EQ(of_order.at(0).at("metadata").at("n"), 3);
  EXPECT_EQ(remit.api().get("/payments?kind=charge").json().at("data").size(), 0U);
}

}  // namespace
}  // namespace remit::test
