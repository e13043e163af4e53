// Pages for readers from outside: lines that a narrow window shows whole.
#include <gtest/gtest.h>

#include <sstream>

#include "tree.hpp"

namespace remit::house {
namespace {

constexpr std::size_t kWidest = 110;

/// Characters, not bytes.
std::size_t width_of(const std::string& line) {
  std::size_t width = 0;
  for (const char c : line) width += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 0 : 1;
  return width;
}

std::vector<std::string> wide_lines(const SourceFile& page) {
  std::vector<std::string> complaints;
  std::istringstream lines(page.text);
  bool is_code = false;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with("```")) is_code = !is_code;
    const bool is_prose = !is_code && !line.starts_with("    ") && !line.starts_with("|");
    if (is_prose && width_of(line) > kWidest) {
      complaints.push_back(complaint(page, number, "is wider than 110 columns"));
    }
  }
  return complaints;
}

TEST(Prose, StaysWithinItsColumns) {
  std::vector<std::string> complaints;
  for (const SourceFile& file : all_files()) {
    if (file.path != "README.md" && file.path != "docs/providers.md" &&
        file.path != "docs/configuration.md") {
      continue;
    }
    for (std::string& one : wide_lines(file)) complaints.push_back(std::move(one));
  }
  EXPECT_EQ(joined(complaints), "");
}

TEST(Prose, AWideLineIsFound) {
  const std::string wide(kWidest + 1, 'x');
  EXPECT_EQ(wide_lines(make_source("README.md", wide + "\n")).size(), 1U);
  EXPECT_TRUE(wide_lines(make_source("README.md", "```\n" + wide + "\n```\n    " + wide)).empty());
}

}  // namespace
}  // namespace remit::house
