// What the tree refers to is in the tree, or is a public standard: a reader of a clone can look it
// up.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "tree.hpp"

namespace remit::house {
namespace {

const std::regex kStandard("RFC |W3C");
/// "contract §3", "the contract (§1)".
const std::regex kSection("§ ?[0-9]");
/// The name of a document in capitals, as one would cite it; not a part of a variable's name.
const std::regex kForeignPage(
    R"((^|[^A-Z_"])(API|PROVIDERS|RUNNING|STYLE|ARCHITECTURE)(\.md|:|\)| §))");

/// The numbers of the sections of docs/api.md, the only page that has such.
const std::set<std::string>& sections() {
  static const std::set<std::string> numbers = [] {
    static const std::regex kHeading("\n##+ §([0-9.]+) ");
    std::set<std::string> found;
    for (const SourceFile& file : all_files()) {
      if (file.path != "docs/api.md") continue;
      for (auto it = std::sregex_iterator(file.text.begin(), file.text.end(), kHeading);
           it != std::sregex_iterator(); ++it) {
        found.insert(it->str(1));
      }
    }
    return found;
  }();
  return numbers;
}

/// "docs/api.md §1.1", or "§1.1" within that page: a section that is there.
bool cites_a_section(const SourceFile& file, const std::string& line) {
  static const std::regex kCitation("§([0-9]+(?:\\.[0-9]+)?)");
  const bool names_the_page = file.path == "docs/api.md" || line.find("docs/api.md §") != line.npos;
  if (!names_the_page) return false;
  for (auto it = std::sregex_iterator(line.begin(), line.end(), kCitation);
       it != std::sregex_iterator(); ++it) {
    if (!sections().contains(it->str(1))) return false;
  }
  return true;
}

std::vector<std::string> foreign_citations(const SourceFile& file) {
  std::vector<std::string> complaints;
  std::istringstream lines(file.text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const bool cites = std::regex_search(line, kSection) && !std::regex_search(line, kStandard) &&
                       !cites_a_section(file, line);
    if (cites || std::regex_search(line, kForeignPage)) {
      complaints.push_back(complaint(file, number, "cites what is not in the repository"));
    }
  }
  return complaints;
}

/// Links of a page that lead to nothing in the tree.
std::vector<std::string> dead_links(const SourceFile& file) {
  static const std::regex kLink(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  std::vector<std::string> complaints;
  const auto folder = std::filesystem::path(REMIT_HOUSE_ROOT) / file.path;
  for (auto match = std::sregex_iterator(file.text.begin(), file.text.end(), kLink);
       match != std::sregex_iterator(); ++match) {
    if (std::filesystem::exists(folder.parent_path() / match->str(1))) continue;
    const int line = line_of(file.text, static_cast<std::size_t>(match->position()));
    complaints.push_back(complaint(file, line, "there is no " + match->str(1)));
  }
  return complaints;
}

/// Files of the tree that a page names in backticks and that are not there.
std::vector<std::string> missing_files(const SourceFile& page) {
  static const std::regex kPath(
      "`((?:include|src|tests|scripts|bench|docs|migrations|deploy|cmake)/[A-Za-z0-9_./-]+)`");
  std::vector<std::string> complaints;
  for (auto match = std::sregex_iterator(page.text.begin(), page.text.end(), kPath);
       match != std::sregex_iterator(); ++match) {
    if (std::filesystem::exists(std::filesystem::path(REMIT_HOUSE_ROOT) / match->str(1))) continue;
    const int line = line_of(page.text, static_cast<std::size_t>(match->position()));
    complaints.push_back(complaint(page, line, "there is no " + match->str(1)));
  }
  return complaints;
}

/// Tests that a page names, as `Suite.Name`, `Suite.*` or `TheWholeName`, and that are not in
/// `tests`, the text of all of them.
std::vector<std::string> missing_tests(const SourceFile& page, const std::string& tests) {
  static const std::regex kNames("`([A-Z][A-Za-z0-9]*[a-z][^`\\n]*)`");
  static const std::regex kName("[A-Za-z0-9]{12,}");
  std::vector<std::string> complaints;
  for (auto match = std::sregex_iterator(page.text.begin(), page.text.end(), kNames);
       match != std::sregex_iterator(); ++match) {
    const std::string names = match->str(1);
    for (auto name = std::sregex_iterator(names.begin(), names.end(), kName);
         name != std::sregex_iterator(); ++name) {
      if (tests.find(name->str()) != std::string::npos) continue;
      const int line = line_of(page.text, static_cast<std::size_t>(match->position()));
      complaints.push_back(complaint(page, line, "there is no test " + name->str()));
    }
  }
  return complaints;
}

TEST(Citations, NothingIsCitedThatAReaderOfACloneCannotOpen) {
  std::vector<std::string> complaints;
  for (const SourceFile& file : all_files()) {
    if (file.path.ends_with("citations_test.cpp")) continue;
    for (std::string& one : foreign_citations(file)) complaints.push_back(std::move(one));
  }
  EXPECT_EQ(joined(complaints), "");
}

TEST(Citations, EveryLinkOfAPageLeadsToAFile) {
  std::vector<std::string> complaints;
  for (const SourceFile& file : all_files()) {
    if (!file.path.ends_with(".md")) continue;
    for (std::string& one : dead_links(file)) complaints.push_back(std::move(one));
  }
  EXPECT_EQ(joined(complaints), "");
}

TEST(Citations, EveryFileThatAPageNamesExists) {
  std::vector<std::string> complaints;
  for (const SourceFile& file : all_files()) {
    if (!file.path.ends_with(".md")) continue;
    for (std::string& one : missing_files(file)) complaints.push_back(std::move(one));
  }
  EXPECT_EQ(joined(complaints), "");
}

TEST(Citations, EveryTestThatAPageOfPromisesNamesExists) {
  std::string tests;
  for (const SourceFile& file : cpp_files()) {
    if (file.path.starts_with("tests/")) tests += file.text;
  }
  for (const SourceFile& file : all_files()) {
    if (file.path != "docs/reliability.md" && file.path != "docs/security.md") continue;
    EXPECT_EQ(joined(missing_tests(file, tests)), "");
  }
}

TEST(Citations, AForeignOneIsFound) {
  EXPECT_EQ(foreign_citations(make_source("a.hpp", "// contract §3\n")).size(), 1U);
  EXPECT_EQ(foreign_citations(make_source("a.hpp", "// see (PROVIDERS: rates)\n")).size(), 1U);
  EXPECT_EQ(foreign_citations(make_source("a.hpp", "// docs/api.md §1.1\n")).size(), 0U);
  EXPECT_EQ(foreign_citations(make_source("a.hpp", "// docs/api.md §9.9\n")).size(), 1U);
  EXPECT_EQ(foreign_citations(make_source("a.hpp", "// RFC 9112 §4, REMIT_PROVIDERS)\n")).size(),
            0U);
  EXPECT_EQ(missing_files(make_source("docs/a.md", "`src/no_where.cpp`, `src/net/`")).size(), 1U);
  EXPECT_EQ(
      missing_tests(make_source("docs/a.md", "`StopTest.AnswersEveryone`"), "StopTest").size(), 1U);
  EXPECT_EQ(dead_links(make_source("docs/a.md", "[x](nowhere.md)")).size(), 1U);
  EXPECT_EQ(dead_links(make_source("docs/a.md", "[x](openapi.json), [y](https://a.b/c)")).size(),
            0U);
}

}  // namespace
}  // namespace remit::house
