#include "endpoint_requests.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/caller.hpp"

namespace remit::webhooks {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::SizeIs;

constexpr EndpointSettings kOpen{.allow_private_networks = true};

net::Request with(const json& body) {
  net::Request request = test_request();
  request.body = body.dump();
  return request;
}

json good() {
  return {{"url", "https://shop.example/hooks"}, {"events", {"payment.*", "wallet.updated"}}};
}

/// What is wrong with one member of an otherwise good request; empty: nothing.
std::string fault_of(const std::string& name, const json& value, EndpointSettings settings = {}) {
  json body = good();
  body[name] = value;
  const auto read = read_new_endpoint(with(body), settings);
  if (read) return {};
  EXPECT_EQ(read.error().code, kValidationError);
  EXPECT_THAT(read.error().errors, SizeIs(1));
  const FieldError& error = read.error().errors.front();
  EXPECT_TRUE(error.pointer.starts_with("/" + name)) << error.pointer;
  return error.detail;
}

TEST(EndpointRequests, AreReadWithTheirDefaults) {
  const auto wanted = read_new_endpoint(with(good()), {});
  ASSERT_TRUE(wanted) << wanted.error().detail;
  EXPECT_EQ(wanted->kind, KeyKind::shared);
  EXPECT_EQ(wanted->wish.url, "https://shop.example/hooks");
  EXPECT_EQ(wanted->wish.events, (std::vector<std::string>{"payment.*", "wallet.updated"}));
  EXPECT_FALSE(wanted->wish.description || wanted->wish.mode || wanted->wish.max_per_second ||
               wanted->wish.headers || wanted->wish.enabled);
}

TEST(EndpointRequests, AreReadWhole) {
  json body = good();
  body.update({{"description", "shop"},
               {"mode", "thin"},
               {"max_per_second", 5},
               {"headers", {{"Authorization", "Bearer x y"}, {"X-Shop", "1"}}},
               {"enabled", false},
               {"signature", "v1a"}});
  const auto wanted = read_new_endpoint(with(body), {});
  ASSERT_TRUE(wanted) << wanted.error().detail;
  EXPECT_EQ(wanted->kind, KeyKind::pair);
  EXPECT_EQ(wanted->wish.description, "shop");
  EXPECT_EQ(wanted->wish.mode, Mode::thin);
  EXPECT_EQ(wanted->wish.max_per_second, 5);
  EXPECT_EQ(wanted->wish.enabled, false);
  ASSERT_THAT(*wanted->wish.headers, SizeIs(2));
  EXPECT_EQ(wanted->wish.headers->front().name, "Authorization");
  EXPECT_EQ(wanted->wish.headers->front().value, "Bearer x y");
}

TEST(EndpointRequests, NameEveryMemberAtFault) {
  const json body = {{"url", "ftp://x"},
                     {"events", {"payment.*", "all", "*"}},
                     {"mode", "fat"},
                     {"max_per_second", -1},
                     {"enabled", "yes"},
                     {"signature", "v2"},
                     {"headers", {{"Host", "x"}, {"a b", "x"}}}};
  const auto read = read_new_endpoint(with(body), {});
  ASSERT_FALSE(read);
  std::vector<std::string> pointers;
  for (const FieldError& error : read.error().errors) pointers.push_back(error.pointer);
  for (const char* pointer : {"/url", "/events/1", "/events/2", "/mode", "/max_per_second",
                              "/enabled", "/signature", "/headers/Host", "/headers/a b"}) {
    EXPECT_THAT(pointers, Contains(pointer));
  }
  EXPECT_THAT(pointers, SizeIs(9));
  EXPECT_THAT(read_new_endpoint(with(json::object()), {}).error().errors, SizeIs(2));
}

TEST(EndpointRequests, RefuseUrlsThatAreNotSafe) {
  for (const char* url :
       {"http://shop.example/", "https://user:pw@shop.example/", "https://shop.example/#x",
        "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/", "https://10.0.0.1:8443/",
        "shop.example", "https://"}) {
    EXPECT_NE(fault_of("url", url), "") << url;
  }
  EXPECT_NE(fault_of("url", "https://shop.example/" + std::string(kMaxUrl, 'x')), "");
  EXPECT_EQ(fault_of("url", "https://shop.example:8443/a?b=c"), "");
  EXPECT_EQ(fault_of("url", "https://1.1.1.1/"), "");
}

TEST(EndpointRequests, TakeUrlsOfClosedNetworksWhereTheyAreAllowed) {
  for (const char* url : {"http://shop.internal/", "https://127.0.0.1/", "http://10.0.0.1:8080/"}) {
    EXPECT_EQ(fault_of("url", url, kOpen), "") << url;
  }
  EXPECT_NE(fault_of("url", "https://user@10.0.0.1/", kOpen), "");
}

TEST(EndpointRequests, RefuseHeadersThatAreNotTheirs) {
  for (const char* name : {"Connection",
                           "keep-alive",
                           "Proxy-Authorization",
                           "TE",
                           "Trailer",
                           "Transfer-Encoding",
                           "Upgrade",
                           "HOST",
                           "Content-Type",
                           "content-length",
                           "Webhook-Id",
                           "webhook-signature",
                           "Expect",
                           "User-Agent",
                           "traceparent",
                           "X-Request-Id",
                           "",
                           "a b",
                           "a:b",
                           "ä"}) {
    EXPECT_NE(fault_of("headers", {{name, "x"}}), "") << name;
  }
  for (const json& value :
       {json(""), json(" x"), json("x "), json("a\r\nb"), json("a\tb"), json("é"), json(1),
        json(nullptr), json(std::string(kMaxHeaderValue + 1, 'x'))}) {
    EXPECT_NE(fault_of("headers", {{"X-Own", value}}), "") << value;
  }
  EXPECT_EQ(fault_of("headers", {{"X-Own", "1"}, {"x-own", "2"}}), "is there twice");
  json many;
  for (std::size_t i = 0; i <= kMaxOwnHeaders; ++i) many["X-" + std::to_string(i)] = "x";
  EXPECT_NE(fault_of("headers", many), "");
  EXPECT_NE(fault_of("headers", {{std::string(kMaxHeaderName + 1, 'x'), "x"}}), "");
}

TEST(EndpointRequests, HaveBounds) {
  EXPECT_NE(fault_of("events", json::array()), "");
  EXPECT_NE(fault_of("events", json(std::vector<std::string>(kMaxEventPatterns + 1, "a.b"))), "");
  EXPECT_NE(fault_of("description", std::string(kMaxDescription + 1, 'x')), "");
  EXPECT_EQ(fault_of("description", ""), "");
  EXPECT_NE(fault_of("max_per_second", kHighestRate + 1), "");
}

TEST(EndpointRequests, AChangeNamesSomething) {
  const auto change = read_change(with({{"enabled", true}}), {});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->enabled, true);
  EXPECT_FALSE(change->url || change->events || change->headers);
  EXPECT_FALSE(read_change(with(json::object()), {}));
  EXPECT_FALSE(read_change(with({{"url", nullptr}}), {}));
  EXPECT_FALSE(read_change(with({{"url", "http://shop.example"}}), {}));
  EXPECT_FALSE(read_change(with({{"events", json::array()}}), {}));
}

TEST(EndpointRequests, ARotationMayBeEmpty) {
  net::Request request = test_request();
  EXPECT_EQ(read_rotation(request)->grace, Duration(kUsualGrace));
  EXPECT_EQ(read_rotation(with({{"grace_period_seconds", 0}}))->grace, Duration(0));
  EXPECT_EQ(read_rotation(with({{"signature", "v1a"}}))->kind, KeyKind::pair);
  EXPECT_FALSE(read_rotation(with({{"grace_period_seconds", 604'801}})));
  EXPECT_FALSE(read_rotation(with({{"grace_period_seconds", -1}})));
}

}  // namespace
}  // namespace remit::webhooks
