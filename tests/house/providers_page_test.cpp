// docs/providers.md says what the clients and the simulated providers do: no more routes, no fewer,
// and members by the names that the code uses.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "tree.hpp"

namespace remit::house {
namespace {

constexpr std::string_view kPage = "docs/providers.md";

std::string page() {
  for (const SourceFile& file : all_files()) {
    if (file.path == kPage) return file.text;
  }
  return "";
}

std::string text_under(std::string_view folder, std::string_view ending) {
  std::string text;
  for (const SourceFile& file : cpp_files()) {
    if (file.path.starts_with(folder) && file.path.ends_with(ending)) text += file.text;
  }
  return text;
}

/// What the groups of every match say, joined by spaces.
std::set<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), expression);
       match != std::sregex_iterator(); ++match) {
    std::string joined_groups;
    for (std::size_t i = 1; i < match->size(); ++i) {
      joined_groups += (joined_groups.empty() ? "" : " ") + match->str(i);
    }
    found.insert(joined_groups);
  }
  return found;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

/// "POST /transfers", queries left out.
std::set<std::string> routes_of_the_page() {
  return all_matches(page(), R"(\n\| `([A-Z]+) (/[^`?]*)[^`]*` \|)");
}

std::set<std::string> routes_of_the_sandbox() {
  std::set<std::string> routes;
  for (const std::string& route : all_matches(text_under("src/sandbox/", ".cpp"),
                                              R"re(\.add(?:_long)?\((\w+), "([^"]+)")re")) {
    const std::size_t space = route.find(' ');
    routes.insert(upper(route.substr(0, space)) + route.substr(space));
  }
  return routes;
}

TEST(ProvidersPage, EveryRouteOnItIsSimulated) {
  const std::set<std::string> simulated = routes_of_the_sandbox();
  ASSERT_GT(routes_of_the_page().size(), 10U);
  for (const std::string& route : routes_of_the_page()) {
    EXPECT_TRUE(simulated.contains(route)) << route << " is not in src/sandbox/";
  }
}

TEST(ProvidersPage, EveryRouteThatAClientCallsIsOnIt) {
  std::set<std::string> pieces;  // of routes, between their parameters
  for (const std::string& route : routes_of_the_page()) {
    std::string path = route.substr(route.find(' ') + 1);
    path = std::regex_replace(path, std::regex(R"(\{\w+\})"), " ");
    for (const std::string& piece : all_matches(path, "([^ ]+)")) pieces.insert(piece);
  }
  const auto called =
      all_matches(text_under("src/providers/", "_client.cpp"), R"re("(/[^"?]*)[^"]*")re");
  ASSERT_GT(called.size(), 5U);
  for (const std::string& target : called) {
    EXPECT_TRUE(pieces.contains(target)) << target << " is not in " << kPage;
  }
}

TEST(ProvidersPage, EveryMemberThatAClientReadsOrWritesIsOnIt) {
  const std::string clients = text_under("src/providers/", ".cpp");
  std::set<std::string> members =
      all_matches(clients, R"re(fields->(?:text|uuid|decimal|count|boolean)\("(\w+)")re");
  members.merge(all_matches(clients, R"re((?:text|amount)\("(\w+)", )re"));
  members.merge(all_matches(clients, R"re("(\w+)":")re"));
  ASSERT_GT(members.size(), 15U);
  for (const std::string& member : members) {
    const bool named = page().find('"' + member + '"') != std::string::npos ||
                       page().find('`' + member + '`') != std::string::npos;
    EXPECT_TRUE(named) << member << " is not in " << kPage;
  }
}

TEST(ProvidersPage, EveryMemberOnItIsSimulated) {
  const std::string sandbox = text_under("src/sandbox/", "");
  const std::set<std::string> members = all_matches(page(), R"re("(\w+)":)re");
  ASSERT_GT(members.size(), 15U);
  for (const std::string& member : members) {
    const bool simulated = sandbox.find('"' + member + '"') != std::string::npos ||
                           sandbox.find('"' + member + "\\\":") != std::string::npos;
    EXPECT_TRUE(simulated) << member << " is not in src/sandbox/";
  }
}

}  // namespace
}  // namespace remit::house
