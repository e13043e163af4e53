#include "request_metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "metrics_fixture.hpp"

namespace remit::metrics {
namespace {

using net::Method;
using std::chrono::milliseconds;

class RequestMetricsTest : public testing::Test {
 protected:
  [[nodiscard]] std::string text() const { return text_of(registry_); }

  const std::vector<net::Route> routes_ = {
      {Method::post, "/payments", net::Scope::open, nullptr},
      {Method::get, "/payments/{payment_id}", net::Scope::open, nullptr}};
  prometheus::Registry registry_;
  RequestMetrics metrics_{registry_, routes_};
};

TEST_F(RequestMetricsTest, CountsByRouteMethodAndStatus) {
  for (const int status : {202, 202, 503}) {
    metrics_.on_answered({.method = Method::post,
                          .route = "/payments",
                          .route_index = 0,
                          .status = status,
                          .latency = milliseconds(4)});
  }
  metrics_.on_answered(
      {.method = Method::head, .route = "/payments/{payment_id}", .route_index = 1, .status = 200});
  const std::string requests = "remit_http_requests_total";
  EXPECT_EQ(value_of(text(), requests + R"({method="POST",route="/payments",status="202"})"), "2");
  EXPECT_EQ(value_of(text(), requests + R"({method="POST",route="/payments",status="503"})"), "1");
  EXPECT_EQ(
      value_of(text(), requests + R"({method="HEAD",route="/payments/{payment_id}",status="200"})"),
      "1");
}

TEST_F(RequestMetricsTest, ShowsTheMillisecondsOfARequest) {
  for (const auto latency : {milliseconds(1), milliseconds(2), milliseconds(4), milliseconds(9)}) {
    metrics_.on_answered({.method = Method::post,
                          .route = "/payments",
                          .route_index = 0,
                          .status = 202,
                          .latency = latency});
  }
  const auto up_to = [this](const std::string& bound) {
    return value_of(text(),
                    "remit_http_request_duration_seconds_bucket{method=\"POST\",route=\""
                    "/payments\",le=\"" +
                        bound + "\"}");
  };
  EXPECT_EQ(up_to("0.001"), "1");
  EXPECT_EQ(up_to("0.0025"), "2");
  EXPECT_EQ(up_to("0.005"), "3");
  EXPECT_EQ(up_to("0.01"), "4");
}

TEST_F(RequestMetricsTest, AnUnknownPathIsNoLabel) {
  metrics_.on_answered({.method = Method::get, .status = 404});
  metrics_.on_answered({.method = std::nullopt, .status = 400});
  EXPECT_EQ(value_of(text(), R"(remit_http_requests_total{method="GET",route="",status="404"})"),
            "1");
  EXPECT_EQ(value_of(text(), R"(remit_http_requests_total{method="",route="",status="400"})"), "1");
}

TEST_F(RequestMetricsTest, TheSameRequestAgainMakesNoNewSeries) {
  const auto ask_all = [this] {
    for (std::size_t route = 0; route < 3; ++route) {
      for (const Method method : net::kMethods) {
        const std::string_view pattern = route < 2 ? routes_[route].pattern : std::string_view();
        metrics_.on_answered({.method = method,
                              .route = pattern,
                              .route_index = route < 2 ? route : net::kNoRoute,
                              .status = 200});
      }
    }
  };
  ask_all();
  const std::string once = text();
  ask_all();
  EXPECT_EQ(std::ranges::count(text(), '\n'), std::ranges::count(once, '\n'));
}

}  // namespace
}  // namespace remit::metrics
