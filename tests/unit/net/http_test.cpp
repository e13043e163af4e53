#include "remit/net/http.hpp"

#include <gtest/gtest.h>

namespace remit::net {
namespace {

TEST(Http, HeadersAreFoundWithoutCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("X-B", "1");
  headers.add("x-b", "2");
  EXPECT_EQ(headers.find("content-TYPE"), "a");
  EXPECT_EQ(headers.find("X-b"), "1");
  EXPECT_EQ(headers.find("X"), std::nullopt);
  EXPECT_EQ(headers.all().size(), 3U);
}

TEST(Http, QueryAndPathValues) {
  Request request;
  request.query = {{"a", "1"}, {"a", "2"}, {"empty", ""}};
  request.path_parameters = {{"id", "7"}};
  EXPECT_EQ(request.query_value("a"), "1");
  EXPECT_EQ(request.query_value("empty"), "");
  EXPECT_EQ(request.query_value("b"), std::nullopt);
  EXPECT_EQ(request.path_parameter("id"), "7");
  EXPECT_EQ(request.path_parameter("other"), "");
}

TEST(Http, ProblemsFollowRfc9457) {
  Problem problem(kValidationError, "no \"good\"");
  problem.errors = {{"/amount", "is required"}, {"?limit", "must be a number"}};
  problem.retry_after = std::chrono::seconds(3);
  const Response response = problem_response(problem, "req-1");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/problem+json");
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].name, "Retry-After");
  EXPECT_EQ(response.headers[0].value, "3");
  EXPECT_EQ(response.body,
            R"({"type":"/problems/validation-error","title":"The request is not valid",)"
            R"("status":400,"detail":"no \"good\"","code":"VALIDATION_ERROR",)"
            R"("request_id":"req-1","errors":[{"pointer":"/amount","detail":"is required"},)"
            R"({"pointer":"?limit","detail":"must be a number"}]})");
}

TEST(Http, FindOnlyRefusesRepeatedFields) {
  Headers headers;
  headers.add("Prefer", "a");
  headers.add("X-Key", "b");
  headers.add("x-key", "b");
  EXPECT_EQ(headers.find_only("prefer"), "a");
  EXPECT_EQ(headers.find_only("X-Key"), std::nullopt);
  EXPECT_EQ(headers.find_only("X-Other"), std::nullopt);
  EXPECT_EQ(headers.count("X-KEY"), 2U);
  EXPECT_EQ(headers.count("X-Other"), 0U);
}

TEST(Http, AProblemWithoutFieldsHasNoErrors) {
  const std::string body = problem_body(Problem(kNotFound, "gone"), "r");
  EXPECT_EQ(body.find("errors"), std::string::npos);
  EXPECT_TRUE(parse_json(body).has_value());
}

TEST(Http, BodiesOfRequestsAreReadStrictly) {
  Request request;
  request.body = "{\"a\":1}";
  EXPECT_TRUE(request.json().has_value());
  request.body = "{\"a\":1}}";
  EXPECT_FALSE(request.json().has_value());
}

}  // namespace
}  // namespace remit::net
