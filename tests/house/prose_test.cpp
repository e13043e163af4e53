// Documents: lines that a narrow window shows whole.
#include <gtest/gtest.h>

#include <sstream>

#include "tree.hpp"

namespace remit::house {
namespace {

constexpr std::size_t kWidest = 100;

/// Characters, not bytes.
std::size_t width_of(const std::string& line) {
  std::size_t width = 0;
  for (const char c : line) width += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0 : 1;
  return width;
}

/// Rows of tables and code are as wide as they have to be, and so is a link that nothing breaks.
bool is_prose(const std::string& line) {
  return !line.starts_with("    ") && !line.starts_with("|") &&
         line.find(' ', line.find_first_not_of(" *")) != std::string::npos;
}

std::vector<std::string> wide_lines(const SourceFile& page) {
  std::vector<std::string> complaints;
  std::istringstream lines(page.text);
  bool is_code = false;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with("```")) is_code = !is_code;
    if (!is_code && is_prose(line) && width_of(line) > kWidest) {
      complaints.push_back(complaint(page, number, "is wider than 100 columns"));
    }
  }
  return complaints;
}

TEST(Prose, StaysWithinItsColumns) {
  std::vector<std::string> complaints;
  int pages = 0;
  for (const SourceFile& file : all_files()) {
    if (!file.path.ends_with(".md")) continue;
    ++pages;
    for (std::string& one : wide_lines(file)) complaints.push_back(std::move(one));
  }
  EXPECT_GT(pages, 20) << "README, docs and bench";
  EXPECT_EQ(joined(complaints), "");
}

TEST(Prose, AWideLineIsFound) {
  const std::string wide = "x " + std::string(kWidest, 'x');
  EXPECT_EQ(wide_lines(make_source("README.md", wide + "\n")).size(), 1U);
  EXPECT_TRUE(wide_lines(make_source("README.md", "```\n" + wide + "\n```\n    " + wide)).empty());
  EXPECT_TRUE(wide_lines(make_source("README.md", "| " + wide + " |\n")).empty());
}

}  // namespace
}  // namespace remit::house
