// GET /metrics as it is: by Prometheus' conventions, and as docs/metrics.md lists it.
#include <gmock/gmock.h>

#include <regex>
#include <sstream>

#include "observe_fixture.hpp"

namespace remit::test {
namespace {

using testing::HasSubstr;

/// The rows of the page: name to type and labels.
std::map<std::string, ExposedFamily> families_of_the_page() {
  static const std::regex kRow(R"(\| `(\w+)` \| (\w+) \| ([^|]*)\|.*)");
  static const std::regex kLabel("`(\\w+)`");
  std::map<std::string, ExposedFamily> families;
  std::istringstream lines(content_of(REMIT_ROOT "/docs/metrics.md"));
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, kRow)) continue;
    ExposedFamily& family = families[match.str(1)];
    family.type = match.str(2);
    const std::string labels = match.str(3);
    for (auto it = std::sregex_iterator(labels.begin(), labels.end(), kLabel);
         it != std::sregex_iterator(); ++it) {
      family.labels.push_back(it->str(1));
    }
    std::ranges::sort(family.labels);
  }
  return families;
}

std::string in_lines(const std::map<std::string, ExposedFamily>& families) {
  std::string text;
  for (const auto& [name, family] : families) {
    text += name + " " + family.type;
    for (const std::string& label : family.labels) text += " " + label;
    text += "\n";
  }
  return text;
}

class ExpositionTest : public ObserveTest {
 protected:
  /// All there is: of a queue that has been measured, too.
  std::string whole_exposition(const HttpApi& from) {
    std::string text;
    EXPECT_TRUE(eventually([&] {
      text = from.get("/metrics").body;
      return text.find("remit_engine_due{") != std::string::npos;
    }));
    return text;
  }
};

TEST_F(ExpositionTest, FollowsTheConventionsAndIsWhatThePageSays) {
  RemitProcess& remit = start();
  await_payment(remit.api(), accept_charge(remit.api()), "COMPLETED");
  ask("GET", "/nowhere");
  const std::string text = whole_exposition(HttpApi(metrics_port(remit)));
  EXPECT_EQ(in_lines(families_of(text)), in_lines(families_of_the_page()));
  EXPECT_THAT(text, HasSubstr(R"(remit_http_requests_total{method="GET",route="",status="404"})"));
  EXPECT_THAT(text, HasSubstr(R"(method="POST",route="/payments",status="202")"));
  EXPECT_THAT(text, HasSubstr("remit_engine_ended_total{kind=\"charge\",status=\"COMPLETED\"} 1"));

  const TemporaryFolder folder;
  std::ofstream(folder / "metrics") << text;
  ChildProcess check(
      {"/bin/sh", "-c",
       std::string("exec ") + REMIT_PROMTOOL + " check metrics <" + (folder / "metrics")});
  EXPECT_EQ(check.wait(std::chrono::seconds(60)), 0)
      << check.standard_output() << check.standard_error();
}

TEST_F(ExpositionTest, HasAnAddressOfItsOwnOrIsForAdministrators) {
  {
    RemitProcess& remit = start();
    const HttpApi alone(metrics_port(remit));
    EXPECT_EQ(alone.get("/metrics").status, 200);
    EXPECT_EQ(alone.get("/payments-summary").status, 404);
    EXPECT_EQ(remit.api().get("/metrics").status, 404);
    EXPECT_EQ(remit.terminate(), 0);
  }
  const RemitProcess remit(config);
  const HttpAnswer answer = remit.api().get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("remit_build_info{version="));
}

TEST_F(ExpositionTest, ClientsMakeNoLabels) {
  const HttpApi metrics(metrics_port(start()));
  const auto series = [&] { return std::ranges::count(whole_exposition(metrics), '\n'); };
  const auto ask_often = [&] {
    for (int i = 0; i < 20; ++i) {
      ask("GET", "/" + fresh_uuid());
      ask("GET", "/payments/" + fresh_uuid());
      ask("BREW" + std::to_string(i), "/payments");
    }
  };
  ask_often();
  const auto before = series();
  ask_often();
  EXPECT_EQ(series(), before);
}

}  // namespace
}  // namespace remit::test
