#include "payment_requests.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "remit/idempotency/key.hpp"
#include "remit/net/query_reader.hpp"
#include "support/caller.hpp"

namespace remit::payments {
namespace {

constexpr Timestamp kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
constexpr std::string_view kId = "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";

net::JsonValue json(const std::string& text) { return net::parse_json(text).value(); }

std::vector<std::string> pointers(const Problem& problem) {
  std::vector<std::string> result;
  for (const FieldError& error : problem.errors) result.push_back(error.pointer);
  std::ranges::sort(result);
  return result;
}
using Pointers = std::vector<std::string>;

Result<ChargeRequest> charge(const std::string& body,
                             const net::Request& request = test_request()) {
  return read_charge(request, json(body), {}, kNow);
}

std::string charge_body(const std::string& amount) {
  return R"({"correlationId":")" + std::string(kId) + R"(","amount":)" + amount + "}";
}

TEST(ChargeRequestReading, TakesTheAmountFromItsCharacters) {
  const std::pair<const char*, std::int64_t> table[] = {
      {"19.90", 1'990}, {"19.9", 1'990}, {"20", 2'000}, {"0.01", 1},
      {"1.10", 110},    {"0.29", 29},    {"4.35", 435}, {"10000000.00", 1'000'000'000},
  };
  for (const auto& [text, minor] : table) {
    const auto request = charge(charge_body(text));
    ASSERT_TRUE(request) << text;
    EXPECT_EQ(request->amount, (Money{minor, Currency::BRL})) << text;
    EXPECT_EQ(request->correlation_id, Uuid::parse(kId));
    EXPECT_EQ(request->now, kNow);
    EXPECT_FALSE(request->strict);
  }
}

TEST(ChargeRequestReading, RefusesEveryOtherAmount) {
  for (const char* text : {"0", "-1", "0.001", "19.999", "10000000.01", "\"19.90\"", "true", "[]",
                           "null", "1e30", "99999999999999999999999"}) {
    const auto request = charge(charge_body(text));
    ASSERT_FALSE(request) << text;
    EXPECT_EQ(request.error().code, kValidationError);
    EXPECT_EQ(pointers(request.error()), Pointers{"/amount"}) << text;
  }
}

TEST(ChargeRequestReading, NamesEveryFieldAtFault) {
  EXPECT_EQ(pointers(charge("{}").error()), (Pointers{"/amount", "/correlationId"}));
  EXPECT_EQ(pointers(charge(R"({"correlationId":"x","amount":0})").error()),
            (Pointers{"/amount", "/correlationId"}));
  EXPECT_EQ(pointers(charge(R"({"correlationId":7,"amount":1})").error()),
            Pointers{"/correlationId"});
  EXPECT_FALSE(charge("[]"));
  EXPECT_FALSE(charge("null"));
}

TEST(ChargeRequestReading, KeepsWhatTheClientSaidOfItself) {
  net::Request request = test_request();
  request.headers.add("X-Request-Id", "mine-1");
  request.headers.add("Prefer", "handling=strict");
  request.trace.request_id = "mine-1";
  EXPECT_EQ(charge(charge_body("1"), request)->origin.request_id, "mine-1");
  EXPECT_TRUE(charge(charge_body("1"), request)->strict);
  EXPECT_EQ(charge(charge_body("1"), request)->origin.traceparent, "");
  request.trace.request_id = "made-by-the-server";
  EXPECT_EQ(charge(charge_body("1"), request)->origin.request_id, "") << "it was not valid";
}

net::Request keyed() {
  net::Request request = test_request();
  request.method = net::Method::post;
  request.path = "/payments";
  request.headers.add("Idempotency-Key", "key-0123456789");
  request.trace.request_id = "request-1";
  return request;
}

std::string with(const std::string& members) {
  return R"({"amount":1000,"currency":"usd","source_account":"alice","destination_account":"bob")" +
         members + "}";
}

Result<ConversionRequest> conversion(const std::string& body,
                                     const net::Request& request = keyed()) {
  return read_conversion(request, json(body), {}, kNow);
}

TEST(ConversionRequestReading, TakesAllOfIt) {
  const auto plain = conversion(with(""));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->amount, (Money{1'000, Currency::USD}));
  EXPECT_EQ(plain->source_account, "alice");
  EXPECT_EQ(plain->destination_account, "bob");
  EXPECT_FALSE(plain->quote_id);
  EXPECT_FALSE(plain->destination_currency);
  EXPECT_FALSE(plain->execute_at);
  EXPECT_EQ(plain->metadata, "");
  EXPECT_EQ(plain->claim.key, "key-0123456789");
  EXPECT_EQ(plain->claim.now, kNow);
  EXPECT_EQ(plain->claim.fingerprint,
            idempotency::fingerprint(net::Method::post, "/payments", json(with(""))));

  const auto full = conversion(with(R"(,"quote_id":"quote_)" + std::string(kId) +
                                    R"(","destination_currency":"EUR","external_id":"order 7",)"
                                    R"("metadata":{"b":1.0,"a":[]},"delay_seconds":60)"));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->quote_id, Uuid::parse(kId));
  EXPECT_EQ(full->destination_currency, Currency::EUR);
  EXPECT_EQ(full->external_id, "order 7");
  EXPECT_EQ(full->metadata, R"({"a":[],"b":1.0})");
  EXPECT_EQ(full->execute_at, kNow + std::chrono::seconds(60));
}

TEST(ChargeRequestReading, MembersOfAConversionAreRefused) {
  EXPECT_EQ(pointers(charge(R"({"correlationId":")" + std::string(kId) +
                            R"(","amount":100000,"currency":"USD","source_account":"user123"})")
                         .error()),
            (Pointers{"/currency", "/source_account"}));
  EXPECT_EQ(pointers(charge(R"({"correlationId":")" + std::string(kId) +
                            R"(","amount":1.5,"delay_seconds":60,"metadata":{},"external_id":"x",)"
                            R"("destination_currency":"EUR"})")
                         .error()),
            (Pointers{"/delay_seconds", "/destination_currency", "/external_id", "/metadata"}))
      << "it would be made at once, and of another currency";
  EXPECT_TRUE(charge(R"({"correlationId":")" + std::string(kId) +
                     R"(","amount":1.5,"currency":null,"metadata":null})"));
}

TEST(ConversionRequestReading, AQuoteThatCannotExistIsAQuoteThatIsNotFound) {
  const auto refused = conversion(with(R"(,"quote_id":"quote_7")"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, quotes::kQuoteNotFound);
  EXPECT_NE(refused.error().detail.find("quote_7"), std::string::npos);
}

TEST(ConversionRequestReading, NamesTheFieldAtFault) {
  const std::pair<std::string, std::string> table[] = {
      {R"(,"quote_id":7)", "/quote_id"},
      {R"(,"destination_currency":"USDC")", "/destination_currency"},
      {R"(,"destination_currency":"XXX")", "/destination_currency"},
      {R"(,"external_id":"")", "/external_id"},
      {",\"external_id\":\"" + std::string(256, 'x') + "\"", "/external_id"},
      {R"(,"metadata":[])", "/metadata"},
      {R"(,"metadata":"x")", "/metadata"},
      {R"(,"delay_seconds":-1)", "/delay_seconds"},
      {R"(,"delay_seconds":1.5)", "/delay_seconds"},
      {R"(,"delay_seconds":99999999999)", "/delay_seconds"},
      {R"(,"execute_at":"tomorrow")", "/execute_at"},
      {R"(,"execute_at":"2126-11-20T00:00:00Z")", "/execute_at"},
      {R"(,"execute_at":"2026-11-21T00:00:00Z","delay_seconds":5)", "/delay_seconds"},
  };
  for (const auto& [members, pointer] : table) {
    const auto request = conversion(with(members));
    ASSERT_FALSE(request) << members;
    EXPECT_EQ(request.error().code, kValidationError);
    EXPECT_EQ(pointers(request.error()), Pointers{pointer}) << members;
  }
}

TEST(ConversionRequestReading, ATimeThatIsPastIsAFaultOnlyOfAFirstUse) {
  for (const char* past : {"2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z"}) {
    const auto request = conversion(with(",\"execute_at\":\"" + std::string(past) + "\""));
    ASSERT_TRUE(request) << "its repeat has to be answered";
    ASSERT_TRUE(request->too_late) << past;
    EXPECT_EQ(request->too_late->code, kValidationError);
    EXPECT_EQ(pointers(*request->too_late), Pointers{"/execute_at"});
  }
  EXPECT_FALSE(conversion(with(R"(,"execute_at":"2026-11-20T00:00:01Z")"))->too_late);
  EXPECT_EQ(
      pointers(conversion(with(R"(,"execute_at":"2026-11-19T00:00:00Z","metadata":1)")).error()),
      (Pointers{"/execute_at", "/metadata"}));
}

TEST(ConversionRequestReading, NamesAllOfThemAtOnce) {
  net::Request bad_key = keyed();
  bad_key.headers = {};
  bad_key.headers.add("Idempotency-Key", "short");
  const std::string body = R"({"amount":0,"currency":"USDC","source_account":"al",)"
                           R"("destination_account":7,"metadata":1})";
  EXPECT_EQ(pointers(conversion(body, bad_key).error()),
            (Pointers{"/amount", "/currency", "/destination_account", "/metadata",
                      "/source_account", "Idempotency-Key"}));
  EXPECT_EQ(pointers(conversion(with(""), bad_key).error()), Pointers{"Idempotency-Key"});
  EXPECT_EQ(pointers(conversion(R"({"amount":1,"currency":"USD","source_account":"same",)"
                                R"("destination_account":"same"})")
                         .error()),
            Pointers{"/destination_account"});
}

TEST(ConversionRequestReading, AMissingKeyComesFirst) {
  EXPECT_EQ(conversion("{}", test_request()).error().code, kMissingHeader);
}

net::Request asking(std::vector<std::pair<std::string, std::string>> query) {
  net::Request request = test_request();
  request.query = std::move(query);
  return request;
}

TEST(ListRequestReading, TakesEveryFilter) {
  const auto list = read_list(asking({{"status", "FAILED"},
                                      {"kind", "conversion"},
                                      {"created_from", "2026-11-20T00:00:00Z"},
                                      {"created_to", "2026-11-20T00:00:00Z"},
                                      {"external_id", "order 7"},
                                      {"limit", "100"}}));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->status, "FAILED");
  EXPECT_EQ(list->kind, "conversion");
  EXPECT_EQ(list->created_from, kNow);
  EXPECT_EQ(list->created_to, kNow);
  EXPECT_EQ(list->external_id, "order 7");
  EXPECT_EQ(list->limit, 100);
  EXPECT_EQ(read_list(test_request())->limit, 20);
}

TEST(ListRequestReading, NamesEveryParameterAtFault) {
  for (const char* limit : {"0", "101", "-1", "x", " ", "10x", "1.0", "99999999999999999999"}) {
    EXPECT_EQ(pointers(read_list(asking({{"limit", limit}})).error()), Pointers{"?limit"});
  }
  const auto all = read_list(asking({{"status", "LOST"},
                                     {"kind", "gift"},
                                     {"created_from", "x"},
                                     {"created_to", "y"},
                                     {"limit", "z"},
                                     {"cursor", "!"}}));
  EXPECT_EQ(pointers(all.error()),
            (Pointers{"?created_from", "?created_to", "?cursor", "?kind", "?limit", "?status"}));
  EXPECT_EQ(pointers(read_list(asking({{"created_from", "2026-11-21T00:00:00Z"},
                                       {"created_to", "2026-11-20T00:00:00Z"}}))
                         .error()),
            Pointers{"?created_to"});
}

TEST(ListRequestReading, ACursorComesBackAndNothingElseIsOne) {
  const Timestamp at = kNow + std::chrono::microseconds(123'456);
  const Uuid id = *Uuid::parse(kId);
  const std::string cursor = net::to_text({at, id});
  const auto list = read_list(asking({{"cursor", cursor}}));
  ASSERT_TRUE(list && list->before);
  EXPECT_EQ(list->before->first, at);
  EXPECT_EQ(list->before->second, id);
  for (const std::string& text : {std::string("AAAA"), std::string("Og"), cursor + "x"}) {
    EXPECT_FALSE(read_list(asking({{"cursor", text}}))) << text;
  }
}

TEST(SummaryRequestReading, BoundsAreOptionalAndInOrder) {
  EXPECT_FALSE(read_summary(test_request(), {})->from);
  const auto both = read_summary(
      asking({{"from", "2026-11-20T00:00:00.000Z"}, {"to", "2026-11-20T00:00:00.000Z"}}), {});
  EXPECT_EQ(both->from, kNow);
  EXPECT_EQ(both->to, kNow);
  EXPECT_EQ(pointers(read_summary(asking({{"from", "x"}, {"to", "y"}}), {}).error()),
            (Pointers{"?from", "?to"}));
  EXPECT_EQ(
      pointers(read_summary(
                   asking({{"from", "2026-11-21T00:00:00Z"}, {"to", "2026-11-20T00:00:00Z"}}), {})
                   .error()),
      Pointers{"?to"});
}

TEST(PaymentIdReading, AnIdThatCannotBeOneNamesNothing) {
  net::Request request = test_request();
  request.path_parameters = {{"payment_id", std::string(kId)}};
  EXPECT_EQ(read_payment_id(request).value(), Uuid::parse(kId));
  request.path_parameters = {{"payment_id", "7"}};
  EXPECT_EQ(read_payment_id(request).error().code, kPaymentNotFound);
  request.path_parameters = {{"payment_id", std::string(63, 'x') + "\xE2\x82\xAC"}};
  EXPECT_TRUE(read_payment_id(request).error().detail.ends_with("x")) << "no half a character";
}

TEST(PaymentRequestReading, TellsTheKindsApartByACorrelationIdThatIsThere) {
  net::Request request = keyed();
  request.body = charge_body("1");
  EXPECT_TRUE(std::holds_alternative<ChargeRequest>(read_payment(request, {}, kNow).value()));
  request.body = R"({"correlationId":null,"amount":1e5,"currency":"USD",)"
                 R"("source_account":"alice","destination_account":"merchant"})";
  const auto read = read_payment(request, {}, kNow);
  ASSERT_TRUE(read);
  ASSERT_TRUE(std::holds_alternative<ConversionRequest>(*read));
  EXPECT_EQ(std::get<ConversionRequest>(*read).amount.minor, 100'000);
}

TEST(ListRequestReading, RefusesWhatItDoesNotKnowOrHasTwice) {
  const auto unknown = read_list(asking({{"state", "FAILED"}}));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(pointers(unknown.error()), Pointers{"?state"});
  EXPECT_NE(unknown.error().detail.find("status"), std::string::npos);
  EXPECT_EQ(pointers(read_list(asking({{"kind", "charge"}, {"kind", "charge"}})).error()),
            Pointers{"?kind"});
  EXPECT_EQ(pointers(read_summary(asking({{"since", "x"}}), {}).error()), Pointers{"?since"});
  EXPECT_TRUE(read_list(asking({{"status", ""}, {"cursor", ""}, {"kind", ""}, {"limit", ""}})));
}

TEST(SummaryRequestReading, WindowsThatMeetHaveNothingInCommon) {
  const std::string edge = "2026-11-20T00:00:00.0000005Z";
  const auto before = read_summary(asking({{"to", edge}}), {});
  const auto after = read_summary(asking({{"from", edge}}), {});
  EXPECT_EQ(*after->from - *before->to, Duration(1));
  EXPECT_TRUE(read_summary(asking({{"from", edge}, {"to", edge}}), {})) << "empty, not reversed";
}

}  // namespace
}  // namespace remit::payments
