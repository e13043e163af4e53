#include "remit/net/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace remit::net {
namespace {

Task<Result<Response>> nothing(Request /*request*/) { co_return Response(); }

Router make_router() {
  Router router;
  for (const auto& [method, pattern] : std::initializer_list<std::pair<Method, const char*>>{
           {Method::get, "/"},
           {Method::get, "/payments"},
           {Method::post, "/payments"},
           {Method::get, "/payments/{payment_id}"},
           {Method::post, "/payments/{payment_id}/cancel"},
           {Method::get, "/payments/service-health"},
           {Method::get, "/chains/{chain}/balances/{user_id}"},
           {Method::get, "/a/b/c"},
           {Method::delete_, "/a/{x}/d"}}) {
    router.add({method, pattern, Scope::open, nothing});
  }
  return router;
}

std::string matched(Method method, std::string_view path) {
  const Router router = make_router();
  const Router::Match match = router.match(method, path);
  if (match.route == nullptr) return "[" + allow_list(match.allowed) + "]";
  std::string text = match.route->pattern;
  for (const auto& [name, value] : match.parameters) text += " " + name + "=" + value;
  return text;
}

TEST(Router, LiteralsWinOverParameters) {
  EXPECT_EQ(matched(Method::get, "/payments/service-health"), "/payments/service-health");
  EXPECT_EQ(matched(Method::get, "/payments/7"), "/payments/{payment_id} payment_id=7");
  EXPECT_EQ(matched(Method::get, "/a/b/c"), "/a/b/c");
  EXPECT_EQ(matched(Method::delete_, "/a/b/d"), "/a/{x}/d x=b");
}

TEST(Router, ParametersAreDecodedSegmentBySegment) {
  EXPECT_EQ(matched(Method::get, "/chains/ethereum/balances/a%2Fb%20c"),
            "/chains/{chain}/balances/{user_id} chain=ethereum user_id=a/b c");
  EXPECT_EQ(matched(Method::get, "/%70ayments"), "/payments");
  EXPECT_EQ(matched(Method::get, "/payments%2F7"), "[]");
}

TEST(Router, HeadIsAnsweredByGet) {
  EXPECT_EQ(matched(Method::head, "/payments"), "/payments");
  EXPECT_EQ(matched(Method::head, "/payments/7/cancel"), "[POST, OPTIONS]");
}

TEST(Router, AWrongMethodLearnsTheRightOnes) {
  EXPECT_EQ(matched(Method::put, "/payments"), "[GET, HEAD, POST, OPTIONS]");
  EXPECT_EQ(matched(Method::get, "/a/b/d"), "[DELETE, OPTIONS]");
}

TEST(Router, UnknownPathsAllowNothing) {
  for (const std::string_view path : {"/payment", "/payments/", "/payments/7/", "//payments",
                                      "/payments/7/cancel/x", "/a", "/a/b", "", "payments"}) {
    EXPECT_EQ(matched(Method::get, path), "[]") << path;
  }
  EXPECT_EQ(matched(Method::get, "/"), "/");
}

TEST(Router, MistakesOfTheProgrammerThrow) {
  Router router = make_router();
  const auto of = [](const char* pattern) {
    return Route{Method::get, pattern, Scope::open, nothing};
  };
  EXPECT_THROW(router.add(of("/payments")), std::logic_error);
  EXPECT_THROW(router.add(of("/payments/{other_name}")), std::logic_error);
  EXPECT_THROW(router.add(of("payments")), std::logic_error);
}

TEST(Router, CopiesAreWhole) {
  const Router router = make_router();
  const Router copy = router;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.match(Method::get, "/payments").route, &copy.routes()[1]);
  EXPECT_EQ(copy.routes().size(), 9U);
}

}  // namespace
}  // namespace remit::net
