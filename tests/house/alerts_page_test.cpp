// Every alert of deploy/prometheus/alerts.yml has its runbook in docs/operations.md, and a test
// that provokes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "tree.hpp"

namespace remit::house {
namespace {

struct Alert {
  std::string severity;
  std::string runbook;
};

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(REMIT_HOUSE_ROOT) + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string first_match(const std::string& text, const std::string& pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match.str(1) : std::string();
}

/// By name.
std::map<std::string, Alert> alerts_of(const std::string& rules) {
  static const std::regex kAlert("- alert: (\\w+)\n");
  std::map<std::string, Alert> alerts;
  for (auto it = std::sregex_iterator(rules.begin(), rules.end(), kAlert);
       it != std::sregex_iterator(); ++it) {
    const auto begin = static_cast<std::size_t>(it->position());
    const std::string rule = rules.substr(begin, rules.find("- alert:", begin + 1) - begin);
    alerts[it->str(1)] = {first_match(rule, "severity: (\\w+)"),
                          first_match(rule, "runbook_url: (\\S+)")};
  }
  return alerts;
}

/// The headings of the chapter "Alerts".
std::set<std::string> runbooks_of(const std::string& page) {
  static const std::regex kHeading("\n### (\\w+)\n");
  const std::size_t begin = page.find("\n## Alerts\n");
  const std::string chapter =
      begin == std::string::npos ? "" : page.substr(begin, page.find("\n## ", begin + 1) - begin);
  std::set<std::string> headings;
  for (auto it = std::sregex_iterator(chapter.begin(), chapter.end(), kHeading);
       it != std::sregex_iterator(); ++it) {
    headings.insert(it->str(1));
  }
  return headings;
}

std::string anchor_of(std::string heading) {
  std::ranges::transform(heading, heading.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return heading;
}

Complaints check(const std::string& rules, const std::string& page, const std::string& tests) {
  Complaints found;
  std::set<std::string> runbooks = runbooks_of(page);
  for (const auto& [name, alert] : alerts_of(rules)) {
    if (runbooks.erase(name) == 0) found.push_back(name + " has no runbook");
    if (alert.runbook != "docs/operations.md#" + anchor_of(name)) {
      found.push_back(name + " leads to " + alert.runbook);
    }
    if (alert.severity != "page" && alert.severity != "ticket") {
      found.push_back(name + " has the severity " + alert.severity);
    }
    if (tests.find('"' + name + '"') == std::string::npos) {
      found.push_back(name + " is not provoked by a test");
    }
  }
  for (const std::string& name : runbooks) found.push_back(name + " is no alert");
  return found;
}

TEST(AlertsPage, EachAlertHasARunbookAndATest) {
  const std::string rules = text_of("deploy/prometheus/alerts.yml");
  ASSERT_GT(alerts_of(rules).size(), 15U);
  EXPECT_EQ(
      joined(check(rules, text_of("docs/operations.md"), text_of("tests/observe/alerts_test.cpp"))),
      "");
}

TEST(AlertsPage, PlantedViolationsAreCaught) {
  const std::string rule =
      "      - alert: RemitAway\n        labels: { severity: page }\n"
      "          runbook_url: docs/operations.md#remitaway\n";
  const std::string page = "\n## Alerts\n\n### RemitAway\nLook.\n\n## Runbooks\n\n### Other\n";
  EXPECT_EQ(joined(check(rule, page, "\"RemitAway\"")), "");
  EXPECT_EQ(check(rule, page, "").size(), 1U) << "no test";
  EXPECT_EQ(check(rule, "\n## Alerts\n\n", "\"RemitAway\"").size(), 1U) << "no runbook";
  EXPECT_EQ(check("", page, "").size(), 1U) << "no alert";
  const std::string astray = std::regex_replace(rule, std::regex("#remitaway"), "#elsewhere");
  EXPECT_EQ(check(astray, page, "\"RemitAway\"").size(), 1U);
  const std::string loud = std::regex_replace(rule, std::regex("page"), "loud");
  EXPECT_EQ(check(loud, page, "\"RemitAway\"").size(), 1U);
}

}  // namespace
}  // namespace remit::house
