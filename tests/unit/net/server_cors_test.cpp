#include <gmock/gmock.h>

#include "server_fixture.hpp"

namespace remit::net {
namespace {

using testing::HasSubstr;

class ServerCors : public ServerTest {
 protected:
  std::optional<test::RawAnswer> options(const std::string& target, const std::string& headers) {
    return ask("OPTIONS " + target + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
  }
  std::optional<test::RawAnswer> get_from(const std::string& origin) {
    return ask("GET /show HTTP/1.1\r\nHost: a\r\nOrigin: " + origin + "\r\n\r\n");
  }
};

const std::string kPreflight =
    "Origin: https://console.example\r\nAccess-Control-Request-Method: POST\r\n"
    "Access-Control-Request-Headers: content-type\r\n";

TEST_F(ServerCors, OptionsNameTheMethods) {
  start();
  const auto answer = options("/show", "");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->header("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(answer->header("access-control-allow-methods"), "");
  EXPECT_FALSE(answer->header("x-request-id").empty());
  EXPECT_EQ(options("*", "")->header("allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(options("/nowhere", "")->status, 404);
}

TEST_F(ServerCors, NothingIsAllowedUnlessConfigured) {
  start();
  const auto answer = options("/show", kPreflight);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->header("access-control-allow-origin"), "");
  EXPECT_EQ(answer->header("access-control-allow-methods"), "");
  EXPECT_EQ(get_from("https://console.example")->header("access-control-allow-origin"), "");
}

TEST_F(ServerCors, AConfiguredOriginMayAsk) {
  settings_.cors_origins = {"https://other.example", "https://console.example"};
  start();
  const auto preflight = options("/show", kPreflight);
  ASSERT_TRUE(preflight);
  EXPECT_EQ(preflight->status, 204);
  EXPECT_EQ(preflight->header("access-control-allow-origin"), "https://console.example");
  EXPECT_THAT(preflight->header("access-control-allow-methods"), HasSubstr("POST"));
  EXPECT_THAT(preflight->header("access-control-allow-headers"), HasSubstr("Idempotency-Key"));
  EXPECT_THAT(preflight->header("access-control-allow-headers"), HasSubstr("Authorization"));
  EXPECT_EQ(preflight->header("vary"), "Origin");

  const auto answer = get_from("https://console.example");
  EXPECT_EQ(answer->header("access-control-allow-origin"), "https://console.example");
  EXPECT_EQ(answer->header("vary"), "Origin");
  EXPECT_EQ(answer->header("access-control-allow-credentials"), "");
}

TEST_F(ServerCors, ErrorsCanBeReadByPagesToo) {
  settings_.cors_origins = {"https://console.example"};
  start();
  const auto answer =
      ask("GET /%zz HTTP/1.1\r\nHost: a\r\nOrigin: https://console.example\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->header("access-control-allow-origin"), "https://console.example");
}

TEST_F(ServerCors, OtherOriginsMayNot) {
  settings_.cors_origins = {"https://console.example"};
  start();
  for (const std::string origin :
       {"https://console.example.evil", "http://console.example", "null", "*"}) {
    const auto answer = get_from(origin);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->header("access-control-allow-origin"), "") << origin;
    EXPECT_EQ(answer->header("vary"), "Origin");
  }
}

TEST_F(ServerCors, AStarAllowsEveryOrigin) {
  settings_.cors_origins = {"*"};
  start();
  EXPECT_EQ(get_from("https://any.example")->header("access-control-allow-origin"), "*");
  EXPECT_EQ(options("/show", kPreflight)->header("access-control-allow-origin"), "*");
}

TEST_F(ServerCors, LenientServersTakeAnyMediaType) {
  settings_.require_json = false;
  start();
  EXPECT_EQ(ask("POST /show HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")->status, 200);
}

}  // namespace
}  // namespace remit::net
