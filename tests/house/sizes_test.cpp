#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>

#include "house/tree.hpp"

namespace remit::house {
namespace {

constexpr int kHeaderLines = 200;
constexpr int kSourceLines = 300;
constexpr int kTestLines = 400;
constexpr int kColumns = 100;

int limit_of(const SourceFile& file) {
  if (file.path.starts_with("tests/")) return kTestLines;
  return file.is_header() ? kHeaderLines : kSourceLines;
}

// Characters, not bytes: what continues a UTF-8 sequence takes no column.
int width(std::string_view line) {
  return static_cast<int>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Complaints check_sizes(const SourceFile& file) {
  Complaints found;
  int lines = 0;
  std::size_t begin = 0;
  while (begin < file.text.size()) {
    const std::size_t end = std::min(file.text.find('\n', begin), file.text.size());
    ++lines;
    if (width(std::string_view(file.text).substr(begin, end - begin)) > kColumns) {
      found.push_back(
          complaint(file, lines, "longer than " + std::to_string(kColumns) + " columns"));
    }
    begin = end + 1;
  }
  if (lines > limit_of(file)) {
    found.push_back(
        complaint(file, lines, "longer than " + std::to_string(limit_of(file)) + " lines"));
  }
  return found;
}

// What is not done is not written down in the code, and no machine is named in it. The words are in
// two pieces here so that this file does not find itself.
Complaints check_words(const SourceFile& file) {
  static const std::regex pattern(
      "\\b(TO"
      "DO|FIX"
      "ME|HA"
      "CK|TB"
      "D)\\b|/ho"
      "me/\\w|/Us"
      "ers/\\w");
  Complaints found;
  for (auto it = std::sregex_iterator(file.text.begin(), file.text.end(), pattern);
       it != std::sregex_iterator(); ++it) {
    const int line = line_of(file.text, static_cast<std::size_t>(it->position()));
    found.push_back(complaint(file, line, "says " + it->str()));
  }
  return found;
}

// A header opens by saying what it is, and is included once.
Complaints check_openings(const SourceFile& file) {
  Complaints found;
  if (!file.is_header()) return found;
  if (!file.text.starts_with("//"))
    found.push_back(complaint(file, 1, "does not open by saying what it is"));
  if (file.text.find("#pragma once\n") == std::string::npos) {
    found.push_back(complaint(file, 1, "lacks #pragma once"));
  }
  return found;
}

TEST(Sizes, FilesAndLinesStayShort) {
  const Complaints found = check_all(cpp_files(), check_sizes);
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Words, NothingIsLeftForLater) {
  const Complaints found = check_all(all_files(), check_words);
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Words, HeadersSayWhatTheyAre) {
  const Complaints found = check_all(cpp_files(), check_openings);
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Sizes, PlantedViolationsAreCaught) {
  const auto lines = [](const char* path, std::size_t count) {
    return check_sizes(make_source(path, std::string(count, '\n'))).size();
  };
  EXPECT_EQ(lines("include/remit/net/a.hpp", 200), 0U);
  EXPECT_EQ(lines("include/remit/net/a.hpp", 201), 1U);
  EXPECT_EQ(lines("src/net/a.cpp", 301), 1U);
  EXPECT_EQ(lines("tests/unit/net/a_test.cpp", 401), 1U);
  EXPECT_EQ(check_sizes(make_source("src/net/a.cpp", std::string(101, 'x') + "\n")).size(), 1U);
  EXPECT_TRUE(
      check_sizes(make_source("src/net/a.cpp", "// “" + std::string(94, 'x') + "”\n")).empty());
  EXPECT_EQ(check_words(make_source("src/net/a.cpp",
                                    "// TO"
                                    "DO: later\n"))
                .size(),
            1U);
  EXPECT_EQ(check_openings(make_source("include/remit/net/a.hpp", "#pragma once\n")).size(), 1U);
}

}  // namespace
}  // namespace remit::house
