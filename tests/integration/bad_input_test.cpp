#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

const std::string kKeyed = "-";  // a fresh Idempotency-Key goes with the request
const std::string kUuid = "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";

/// A request, and what it is told.
struct BadRequest {
  std::string what;
  std::string method;
  std::string target;
  std::string body;
  int status = 400;
  std::string code = "VALIDATION_ERROR";
  std::string pointer = {};  ///< of a field that must be named; "" where no field is at fault
  HttpHeaders headers = {{"Idempotency-Key", kKeyed}};
};

/// The good conversion with some members replaced, each given as JSON text.
std::string conversion_with(const std::map<std::string, std::string>& members) {
  std::map<std::string, std::string> all;
  const Json good = conversion_body();
  for (const auto& [name, value] : good.items()) all[name] = value.dump();
  for (const auto& [name, value] : members) all[name] = value;
  std::string text;
  for (const auto& [name, value] : all) {
    text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
  }
  return text + "}";
}

BadRequest bad_conversion(const std::string& member, const std::string& value) {
  return {member + " " + value.substr(0, 30),
          "POST",
          "/payments",
          conversion_with({{member, value}}),
          400,
          "VALIDATION_ERROR",
          "/" + member};
}

BadRequest bad_charge(const std::string& member, const std::string& value) {
  std::map<std::string, std::string> members = {{"correlationId", '"' + kUuid + '"'},
                                                {"amount", "19.90"}};
  members[member] = value;
  const std::string body =
      R"({"correlationId":)" + members["correlationId"] + R"(,"amount":)" + members["amount"] + "}";
  return {"charge " + member + " " + value,
          "POST",
          "/payments",
          body,
          400,
          "VALIDATION_ERROR",
          "/" + member};
}

BadRequest bad_query(const std::string& target, const std::string& parameter) {
  return {target, "GET", target, "", 400, "VALIDATION_ERROR", "?" + parameter, {}};
}

BadRequest bad_json(const std::string& what, const std::string& body) {
  return {what, "POST", "/payments", body, 400, "INVALID_JSON"};
}

std::vector<BadRequest> bad_fields() {
  std::vector<BadRequest> all;
  for (const char* amount : {"0", "-1", "1e10", "1.5", "1e-2", "\"100\"", "1000000001", "null",
                             "true", "9223372036854775808", "18446744073709551617"}) {
    all.push_back(bad_conversion("amount", amount));
  }
  for (const char* currency : {"\"XXX\"", "\"USDC\"", "\"\"", "7", "null"}) {
    all.push_back(bad_conversion("currency", currency));
  }
  const std::string long_account = '"' + std::string(101, 'x') + '"';
  for (const std::string& account : {std::string("\"ab\""), long_account, std::string("[]")}) {
    all.push_back(bad_conversion("source_account", account));
    all.push_back(bad_conversion("destination_account", account));
  }
  all.push_back(bad_conversion("destination_account", "\"user123\""));
  all.push_back(bad_conversion("destination_currency", "\"EURO\""));
  all.push_back(bad_conversion("metadata", "\"text\""));
  BadRequest tiny = bad_conversion("metadata", R"({"x":[1e-16383]})");
  tiny.pointer = "/metadata/x/0";
  all.push_back(tiny);
  all.push_back(bad_conversion("external_id", '"' + std::string(256, 'x') + '"'));
  all.push_back(bad_conversion("delay_seconds", "-1"));
  all.push_back(bad_conversion("delay_seconds", "1.5"));
  for (const char* time : {"\"2020-01-01T00:00:00Z\"", "\"tomorrow\"", "5",
                           "\"2026-02-30T00:00:00Z\"", "\"9999-01-01T00:00:00Z\""}) {
    all.push_back(bad_conversion("execute_at", time));
  }
  BadRequest both = bad_conversion("delay_seconds", "5");
  both.what = "both execute_at and delay_seconds";
  both.body = conversion_with({{"delay_seconds", "5"}, {"execute_at", "\"2099-01-01T00:00:00Z\""}});
  all.push_back(both);
  for (const char* amount : {"1.999", "0", "0.00", "-1", "\"19.90\"", "10000000.01", "1e30"}) {
    all.push_back(bad_charge("amount", amount));
  }
  for (const char* id : {"\"not-a-uuid\"", "7", "\"\""}) {
    all.push_back(bad_charge("correlationId", id));
  }
  return all;
}

std::vector<BadRequest> bad_quotes() {
  const auto quote = [](const std::string& from, const std::string& to, const std::string& amount,
                        const std::string& pointer) {
    return BadRequest{
        "quote " + from + to + amount,
        "POST",
        "/quotes",
        R"({"from_currency":)" + from + R"(,"to_currency":)" + to + R"(,"amount":)" + amount + "}",
        pointer.empty() ? 422 : 400,
        pointer.empty() ? "AMOUNT_TOO_SMALL" : "VALIDATION_ERROR",
        pointer,
        {}};
  };
  return {quote("\"USD\"", "\"XYZ\"", "100", "/to_currency"),
          quote("null", "\"EUR\"", "100", "/from_currency"),
          quote("\"USD\"", "\"EUR\"", "0", "/amount"),
          quote("\"USD\"", "\"EUR\"", "15e-1", "/amount"),
          quote("\"USD\"", "\"EUR\"", "100", ""),
          {"no such quote", "GET", "/quotes/quote_" + kUuid, "", 404, "QUOTE_NOT_FOUND", "", {}},
          {"not a quote id", "GET", "/quotes/nonsense", "", 404, "QUOTE_NOT_FOUND", "", {}},
          {"payment on no such quote", "POST", "/payments",
           conversion_with({{"quote_id", "\"quote_" + kUuid + "\""}}), 404, "QUOTE_NOT_FOUND"},
          {"payment on a malformed quote", "POST", "/payments",
           conversion_with({{"quote_id", "\"nonsense\""}}), 404, "QUOTE_NOT_FOUND"}};
}

std::vector<BadRequest> bad_shapes() {
  const std::string good = conversion_body().dump();
  const std::string deep = conversion_with(
      {{"metadata", R"({"a":)" + std::string(31, '[') + std::string(31, ']') + "}"}});
  return {{"no key", "POST", "/payments", good, 400, "MISSING_HEADER", "", {}},
          {"short key",
           "POST",
           "/payments",
           good,
           400,
           "VALIDATION_ERROR",
           "Idempotency-Key",
           {{"Idempotency-Key", "short"}}},
          {"key with a space",
           "POST",
           "/payments",
           good,
           400,
           "VALIDATION_ERROR",
           "Idempotency-Key",
           {{"Idempotency-Key", "key with spaces"}}},
          {"long key",
           "POST",
           "/payments",
           good,
           400,
           "VALIDATION_ERROR",
           "Idempotency-Key",
           {{"Idempotency-Key", std::string(256, 'k')}}},
          bad_json("half a body", R"({"amount":1)"),
          bad_json("no body", ""),
          bad_json("something after the value", good + "x"),
          bad_json("equal names", R"({"amount":1,"amount":2})"),
          bad_json("not a number", R"({"amount":NaN})"),
          bad_json("nested too deeply", deep),
          bad_json("not UTF-8", "{\"currency\":\"\xff\xfe\"}"),
          bad_json("a zero in a text", R"({"currency":"U\u0000SD"})"),
          {"an array", "POST", "/payments", "[]", 400, "VALIDATION_ERROR"},
          {"other type",
           "POST",
           "/payments",
           good,
           415,
           "UNSUPPORTED_MEDIA_TYPE",
           "",
           {{"Content-Type", "text/plain"}}},
          {"other method", "DELETE", "/payments", "", 405, "METHOD_NOT_ALLOWED", "", {}},
          {"no such path", "GET", "/nothing", "", 404, "NOT_FOUND", "", {}},
          {"no such payment", "GET", "/payments/" + kUuid, "", 404, "PAYMENT_NOT_FOUND", "", {}},
          {"not a payment id", "GET", "/payments/nonsense", "", 404, "PAYMENT_NOT_FOUND", "", {}},
          {"routing of none",
           "GET",
           "/payments/" + kUuid + "/routing",
           "",
           404,
           "PAYMENT_NOT_FOUND",
           "",
           {}},
          {"cancel none",
           "POST",
           "/payments/" + kUuid + "/cancel",
           "",
           404,
           "PAYMENT_NOT_FOUND",
           "",
           {}},
          {"retry none",
           "POST",
           "/payments/" + kUuid + "/retry",
           "",
           404,
           "PAYMENT_NOT_FOUND",
           "",
           {}}};
}

std::vector<BadRequest> bad_queries() {
  return {bad_query("/payments?limit=0", "limit"),
          bad_query("/payments?limit=101", "limit"),
          bad_query("/payments?limit=many", "limit"),
          bad_query("/payments?cursor=garbage", "cursor"),
          bad_query("/payments?state=FAILED", "state"),
          bad_query("/payments?kind=charge&kind=charge", "kind"),
          bad_query("/payments?status=DONE", "status"),
          bad_query("/payments?kind=gift", "kind"),
          bad_query("/payments?created_from=yesterday", "created_from"),
          bad_query("/payments?created_from=2026-01-02T00:00:00Z&created_to=2026-01-01T00:00:00Z",
                    "created_to"),
          bad_query("/payments-summary?since=2026-01-01T00:00:00Z", "since"),
          bad_query("/payments-summary?from=yesterday", "from"),
          bad_query("/payments-summary?to=2026-13-01T00:00:00Z", "to"),
          bad_query("/payments-summary?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to")};
}

bool names_field(const Json& problem, const std::string& pointer) {
  if (pointer.empty()) return true;
  for (const Json& error : problem.value("errors", Json::array())) {
    if (error.at("pointer") == pointer && !error.at("detail").get<std::string>().empty()) {
      return true;
    }
  }
  return false;
}

class BadInputTest : public ProductTest {
 protected:
  /// On one connection, which must stay usable from one to the next.
  void expect_refusals(const std::vector<BadRequest>& requests) {
    RawSocket socket = remit.api().connect();
    int number = 0;
    for (const BadRequest& request : requests) {
      SCOPED_TRACE(request.what);
      HttpHeaders headers = {{"X-Request-Id", "bad-" + std::to_string(++number)}};
      for (const auto& [name, value] : request.headers) {
        headers.emplace_back(name, value == kKeyed ? fresh_key() : value);
      }
      socket.send(http_request(request.method, request.target, request.body, headers));
      const std::optional<RawAnswer> answer = socket.read_answer();
      ASSERT_TRUE(answer.has_value()) << "the connection was closed";
      expect_refusal(request, HttpAnswer{*answer}, headers.front().second);
    }
    EXPECT_EQ(sql("SELECT count(*) FROM payment"), "0");
  }

  static void expect_refusal(const BadRequest& request, const HttpAnswer& answer,
                             const std::string& request_id) {
    EXPECT_EQ(answer.status, request.status) << answer.body;
    EXPECT_EQ(answer.code(), request.code) << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    EXPECT_EQ(answer.header("x-request-id"), request_id);
    const Json problem = answer.json();
    ASSERT_TRUE(problem.is_object()) << answer.body;
    EXPECT_EQ(problem.at("request_id"), request_id.c_str());
    EXPECT_EQ(problem.at("status"), request.status);
    EXPECT_TRUE(problem.contains("type") && problem.contains("title") &&
                problem.contains("detail"));
    EXPECT_TRUE(names_field(problem, request.pointer)) << answer.body;
  }

  const RemitProcess remit{config, {"quotes.valid_for=50ms"}};
};

TEST_F(BadInputTest, EveryFieldAtFaultIsNamed) { expect_refusals(bad_fields()); }
TEST_F(BadInputTest, ABadQuoteIsRefused) { expect_refusals(bad_quotes()); }
TEST_F(BadInputTest, ARequestOfTheWrongShapeIsRefused) { expect_refusals(bad_shapes()); }
TEST_F(BadInputTest, ABadQueryIsRefused) { expect_refusals(bad_queries()); }

TEST_F(BadInputTest, AllFaultsOfABodyAreToldAtOnce) {
  const HttpAnswer answer = remit.api().send(
      "POST", "/payments",
      R"({"amount":0,"currency":"?","source_account":"a","execute_at":"2020-01-01T00:00:00Z"})",
      {{"Idempotency-Key", "bad"}});
  EXPECT_EQ(answer.status, 400);
  for (const char* pointer : {"/amount", "/currency", "/source_account", "/destination_account",
                              "/execute_at", "Idempotency-Key"}) {
    EXPECT_TRUE(names_field(answer.json(), pointer)) << pointer << " " << answer.body;
  }
}

TEST_F(BadInputTest, ABodyOverTheLimitIsRefusedAndOneAtItIsRead) {
  const auto padded = [](std::size_t size) {
    std::string body = conversion_body().dump();
    body.insert(body.size() - 1, size - body.size(), ' ');
    return body;
  };
  const HttpAnswer large =
      remit.api().send("POST", "/payments", padded(65'537), {{"Idempotency-Key", fresh_key()}});
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.code(), "PAYLOAD_TOO_LARGE");
  const HttpAnswer fits =
      remit.api().send("POST", "/payments", padded(65'536), {{"Idempotency-Key", fresh_key()}});
  EXPECT_EQ(fits.status, 202) << fits.body;
}

TEST_F(BadInputTest, AWrongMethodIsToldTheRightOnes) {
  const HttpAnswer answer = remit.api().send("PATCH", "/payments");
  EXPECT_EQ(answer.status, 405);
  EXPECT_NE(answer.header("allow").find("POST"), std::string::npos);
  EXPECT_NE(answer.header("allow").find("GET"), std::string::npos);
}

TEST_F(BadInputTest, AQuoteIsHeldToItsTermsAndItsTime) {
  EXPECT_EQ(
      remit.api()
          .send("POST", "/quotes", R"({"from_currency":"USD","to_currency":"EUR","amount":100000})")
          .status,
      200);
  const Json quote =
      remit.api()
          .send("POST", "/quotes", R"({"from_currency":"USD","to_currency":"EUR","amount":100000})")
          .json();
  Json body = conversion_body();
  body["quote_id"] = quote.at("quote_id");
  const auto pay = [&](const std::string& member, const Json& value) {
    Json changed = body;
    changed[member] = value;
    return remit.api().post("/payments", changed, {{"Idempotency-Key", fresh_key()}}).code();
  };
  EXPECT_EQ(pay("amount", 100001), "QUOTE_MISMATCH");
  EXPECT_EQ(pay("currency", "JPY"), "QUOTE_MISMATCH");
  EXPECT_EQ(pay("destination_currency", "JPY"), "QUOTE_MISMATCH");
  const std::string path = "/quotes/" + quote.at("quote_id").get<std::string>();
  EXPECT_TRUE(eventually([&] { return remit.api().get(path).json().at("status") == "EXPIRED"; }));
  const HttpAnswer late = remit.api().post("/payments", body, {{"Idempotency-Key", fresh_key()}});
  EXPECT_EQ(late.status, 400);
  EXPECT_EQ(late.code(), "QUOTE_EXPIRED");
}

TEST_F(BadInputTest, UnknownMembersAreIgnoredAndCurrenciesAreTakenInAnyCase) {
  Json body = conversion_body();
  body["currency"] = "usd";
  body["destination_currency"] = "Eur";
  body["colour"] = "blue";
  const Json accepted = accept_conversion(remit.api(), body);
  const std::string id = accepted.at("payment_id");
  const HttpAnswer shown = remit.api().get("/payments/" + id, {{"X-Request-Id", "mine"}});
  EXPECT_EQ(shown.header("x-request-id"), "mine");
  EXPECT_EQ(shown.json().at("currency"), "USD");
  EXPECT_EQ(shown.json().at("payout_currency"), "EUR");
  const HttpAnswer head = remit.api().send("HEAD", "/payments/" + id);
  EXPECT_EQ(head.status, 200);
  EXPECT_NE(remit.api().get("/healthz").header("x-request-id"), "");
}

}  // namespace
}  // namespace remit::test
