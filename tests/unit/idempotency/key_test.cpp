#include "remit/idempotency/key.hpp"

#include <gtest/gtest.h>

namespace remit::idempotency {
namespace {

net::Request with(std::string name, std::string value) {
  net::Request request;
  request.headers.add(std::move(name), std::move(value));
  return request;
}

TEST(IdempotencyKey, IsTakenBareOrQuoted) {
  const std::string longest(255, 'k');
  for (const std::string& key : {std::string("order-1234"), std::string("ABCxyz_-09"), longest}) {
    EXPECT_EQ(read_key(with("Idempotency-Key", key)).value(), key);
    EXPECT_EQ(read_key(with("idempotency-key", "\"" + key + "\"")).value(), key);
  }
}

TEST(IdempotencyKey, AnyOtherShapeIsRefused) {
  const std::vector<std::string> keys{"",
                                      "short-123",
                                      std::string(256, 'k'),
                                      "with space-12",
                                      "with.dots.12",
                                      "\"open-1234",
                                      "close-1234\"",
                                      "\"\"",
                                      "\"short-123\"",
                                      "umlaut-\xC3\xA4-12",
                                      "semi;colon-1",
                                      "\"a\"b-123456\""};
  for (const std::string& key : keys) {
    const auto read = read_key(with("Idempotency-Key", key));
    ASSERT_FALSE(read) << key;
    EXPECT_EQ(read.error().code, kValidationError) << key;
    ASSERT_EQ(read.error().errors.size(), 1U);
    EXPECT_EQ(read.error().errors[0].pointer, "Idempotency-Key");
  }
}

TEST(IdempotencyKey, IsNotTakenOfTwoEvenWhenTheyAreEqual) {
  for (const char* second : {"order-1234", "order-5678"}) {
    net::Request request = with("Idempotency-Key", "order-1234");
    request.headers.add("idempotency-key", second);
    const auto read = read_key(request);
    ASSERT_FALSE(read) << second;
    EXPECT_EQ(read.error().code, kValidationError);
    ASSERT_EQ(read.error().errors.size(), 1U);
    EXPECT_EQ(read.error().errors[0].pointer, "Idempotency-Key");
  }
}

TEST(IdempotencyKey, AMissingOneHasItsOwnCode) {
  EXPECT_EQ(read_key({}).error().code, kMissingHeader);
}

TEST(IdempotencyPreference, IsFoundInWhateverListItStands) {
  for (const char* value :
       {"handling=strict", "HANDLING=Strict", "handling = strict", "handling=\"strict\"",
        "respond-async, handling=strict", "handling=strict; x=1, wait=10"}) {
    EXPECT_TRUE(wants_strict(with("Prefer", value))) << value;
    EXPECT_TRUE(wants_strict(with("prefer", value))) << value;
  }
  for (const char* value :
       {"", "handling=lenient", "strict", "handling=strictly", "mishandling=strict", "handling"}) {
    EXPECT_FALSE(wants_strict(with("Prefer", value))) << value;
  }
  EXPECT_FALSE(wants_strict(with("X-Prefer", "handling=strict")));
  net::Request two = with("Prefer", "wait=1");
  two.headers.add("Prefer", "handling=strict");
  EXPECT_TRUE(wants_strict(two)) << "headers of one name are one list";
}

std::string of(std::string_view body, net::Method method = net::Method::post,
               std::string_view path = "/payments") {
  return fingerprint(method, path, net::parse_json(body).value());
}

TEST(IdempotencyFingerprint, IsOfTheMeaningNotTheSpelling) {
  const std::string first = of(R"({"amount":1000,"to":{"a":1,"b":[1,2]}})");
  EXPECT_EQ(first.size(), 64U);
  EXPECT_EQ(first, of("{ \"to\" : {\"b\":[ 1,\n2],\"a\":1},\t\"amount\" : 1000 }"));
  EXPECT_EQ(first, of(R"({"amount":1000.0,"to":{"a":10e-1,"b":[1,2.00]}})"));
  EXPECT_EQ(first, of(R"({"\u0061mount":1e3,"to":{"a":1,"b":[1,2]}})"));
}

TEST(IdempotencyFingerprint, DiffersWithEverythingThatMatters) {
  const std::string first = of(R"({"amount":1000,"list":[1,2]})");
  for (const char* other :
       {R"({"amount":1001,"list":[1,2]})", R"({"amount":"1000","list":[1,2]})",
        R"({"amount":1000,"list":[2,1]})", R"({"amount":1000,"list":[1,2],"more":null})",
        R"({"Amount":1000,"list":[1,2]})", R"({"amount":-1000,"list":[1,2]})",
        R"({"amount":10000,"list":[1,2]})", "null"}) {
    EXPECT_NE(first, of(other)) << other;
  }
  EXPECT_NE(of("{}"), of("{}", net::Method::put));
  EXPECT_NE(of("{}"), of("{}", net::Method::post, "/settlements"));
}

}  // namespace
}  // namespace remit::idempotency
