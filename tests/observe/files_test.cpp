// The files of deploy/prometheus and deploy/grafana: promtool takes them, and a real Prometheus
// answers every query of the dashboard with something.
#include <gtest/gtest.h>

#include <regex>

#include "observe_fixture.hpp"

namespace remit::test {
namespace {

TEST(PrometheusFiles, AreTakenByPromtool) {
  for (const auto& words :
       {std::vector<std::string>{"check", "config", REMIT_ROOT "/deploy/prometheus/prometheus.yml"},
        std::vector<std::string>{"check", "rules", REMIT_ROOT "/deploy/prometheus/alerts.yml"},
        std::vector<std::string>{"test", "rules", REMIT_ROOT "/tests/observe/alerts_test.yml"}}) {
    const ToolAnswer answer = promtool(words);
    EXPECT_EQ(answer.status, 0) << answer.said;
  }
}

/// Every query of the dashboard, as Grafana would send it.
std::vector<std::string> queries_of_the_dashboard() {
  const Json dashboard = Json::parse(content_of(REMIT_ROOT "/deploy/grafana/remit.json"));
  std::vector<std::string> queries;
  for (const Json& panel : dashboard.at("panels")) {
    for (const Json& target : panel.value("targets", Json::array())) {
      std::string query = target.at("expr");
      query = std::regex_replace(query, std::regex(R"(\$__rate_interval)"), "1m");
      queries.push_back(std::regex_replace(query, std::regex(R"(\$instance)"), ".*"));
    }
  }
  return queries;
}

class DashboardTest : public ObserveTest {
 protected:
  /// Of the dashboard, the alerts and this instance.
  void expect_metrics_exist() {
    const auto families = families_of(HttpApi(metrics_port(remit())).get("/metrics").body);
    static const std::regex kMetric(R"(\b(?:remit|process)_\w+)");
    static const std::regex kSuffix("_(bucket|sum|count)$");
    std::string files = content_of(REMIT_ROOT "/deploy/prometheus/alerts.yml");
    for (const std::string& query : queries_of_the_dashboard()) files += query + "\n";
    int count = 0;
    for (auto it = std::sregex_iterator(files.begin(), files.end(), kMetric);
         it != std::sregex_iterator(); ++it) {
      ++count;
      const bool exists = families.contains(it->str()) ||
                          families.contains(std::regex_replace(it->str(), kSuffix, ""));
      EXPECT_TRUE(exists) << it->str();
    }
    EXPECT_GT(count, 50);
  }
};

TEST_F(DashboardTest, EveryMetricExistsAndEveryQueryIsAnswered) {
  start();
  observe();
  std::vector<std::string> open = queries_of_the_dashboard();
  ASSERT_GT(open.size(), 40U);
  // A figure of this kind appears with its first request, and a rate with its second scrape.
  EXPECT_TRUE(eventually([&] {
    charge();
    std::erase_if(open,
                  [&](const std::string& query) { return !prometheus().query(query).empty(); });
    return open.empty();
  }));
  for (const std::string& query : open) ADD_FAILURE() << "nothing is answered to " << query;
  expect_metrics_exist();
}

}  // namespace
}  // namespace remit::test
