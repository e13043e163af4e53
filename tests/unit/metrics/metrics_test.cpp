#include "remit/metrics/metrics.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "families.hpp"
#include "metrics_fixture.hpp"
#include "support/run_task.hpp"

namespace remit::metrics {
namespace {

TEST(MetricsTest, ShowsTheProcess) {
  const Metrics metrics("1.2.3");
  const std::string text = metrics.exposition();
  EXPECT_EQ(value_of(text, R"(remit_build_info{version="1.2.3"})"), "1");
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const double started = std::stod(value_of(text, "process_start_time_seconds"));
  EXPECT_GT(started, now - 3'600);
  EXPECT_LT(started, now + 2);
  EXPECT_GT(std::stod(value_of(text, "process_resident_memory_bytes")), 1e6);
  EXPECT_GT(std::stod(value_of(text, "process_virtual_memory_bytes")), 1e6);
  EXPECT_GT(std::stod(value_of(text, "process_cpu_seconds_total")), 0);
  EXPECT_GT(std::stod(value_of(text, "process_max_fds")), 16);
}

TEST(MetricsTest, CountsOpenFiles) {
  const Metrics metrics("1");
  const auto open_files = [&] {
    return std::stoi(value_of(metrics.exposition(), "process_open_fds"));
  };
  const int before = open_files();
  const int file = ::dup(STDERR_FILENO);
  EXPECT_EQ(open_files(), before + 1);
  ::close(file);
  EXPECT_EQ(open_files(), before);
}

TEST(MetricsTest, RouteAnswersInTheTextFormat) {
  boost::asio::io_context loop;
  const net::Route route = metrics_route([] { return "a 1\n"; }, net::Scope::admin);
  EXPECT_EQ(route.pattern, "/metrics");
  EXPECT_EQ(route.scope, net::Scope::admin);
  const Result<net::Response> response = test::run(loop, route.handler({}));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response->body, "a 1\n");
}

TEST(FamiliesTest, AHistogramIsCumulative) {
  static constexpr std::array kBounds = {1.0, 2.0};
  Histogram histogram(kBounds);
  for (const double value : {0.5, 1.5, 1.6, 3.0}) histogram.add(value);
  Families families;
  families.histogram("sizes", "Sizes");
  families.add({{"lanes", "write"}}, histogram);
  families.gauge("nothing", "Nothing is known of it");
  const std::string text = prometheus::TextSerializer().Serialize(families.take());
  EXPECT_EQ(value_of(text, R"(sizes_bucket{lanes="write",le="1"})"), "1");
  EXPECT_EQ(value_of(text, R"(sizes_bucket{lanes="write",le="2"})"), "3");
  EXPECT_EQ(value_of(text, R"(sizes_bucket{lanes="write",le="+Inf"})"), "4");
  EXPECT_EQ(value_of(text, R"(sizes_count{lanes="write"})"), "4");
  EXPECT_EQ(value_of(text, R"(sizes_sum{lanes="write"})"), "6.6");
  EXPECT_EQ(text.find("nothing"), std::string::npos);
}

}  // namespace
}  // namespace remit::metrics
