// Plain words: terms of the field in code, scripts and documents, and names of tests that say what
// holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ranges>
#include <regex>

#include "remit/base/text.hpp"
#include "tree.hpp"

namespace remit::house {
namespace {

/// Words that a reader has to decode, parted by '|', and what to say instead.
struct Banned {
  std::string_view words;
  std::string_view better;
};

constexpr std::array kBanned = {
    Banned{"crowd|crowds|crowded", "say saturated, or many clients"},
    Banned{"carry through|carries through|carried through", "say complete"},
    Banned{"work off|works off|worked off|working off", "say drain, or execute"},
    Banned{"take off|takes off|taken off", "say remove, or subtract"},
    Banned{"stand still|stands still|standing still|stood still",
           "say stall, pause, block, or does not respond"},
    Banned{"whoever", "name the actor"},
    Banned{"anew", "say again, or repeat"},
};

/// The same in product code and documents, where a reader needs to know who acts.
constexpr std::array kBannedOutsideOfTests = {
    Banned{"somebody|nobody", "name the actor, or say none"},
};

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_whole_word(std::string_view text, std::size_t at, std::size_t length) {
  return (at == 0 || !is_letter(text[at - 1])) &&
         (at + length == text.size() || !is_letter(text[at + length]));
}

/// Texts that clients and operators may have seen stay as they are.
bool is_in_literal(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t begin = before.rfind('\n') + 1;
  return std::ranges::count(before.substr(begin), '"') % 2 == 1;
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

void check(const SourceFile& file, const std::string& text, const Banned& banned,
           Complaints& found) {
  for (const auto part : std::views::split(banned.words, '|')) {
    const std::string_view word(part);
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
      if (!is_whole_word(text, at, word.size()) || is_in_literal(text, at)) continue;
      const std::string what = "says \"" + std::string(word) + "\": " + std::string(banned.better);
      found.push_back(complaint(file, line_of(text, at), what));
    }
  }
}

Complaints check_banned(const SourceFile& file) {
  Complaints found;
  // A migration is not changed once it has been applied, whatever it says.
  if (file.path.ends_with("house/words_test.cpp") || file.path.starts_with("migrations/")) {
    return found;
  }
  const std::string text = lowered(file.text);
  for (const Banned& banned : kBanned) check(file, text, banned, found);
  if (file.path.starts_with("tests/")) return found;
  for (const Banned& banned : kBannedOutsideOfTests) check(file, text, banned, found);
  return found;
}

/// "TEST_F(StopTest, WhoWaitsIsServed)": the name has to be a sentence whose subject is said.
Complaints check_test_names(const SourceFile& file) {
  static const std::regex pattern(
      R"(\bTEST(?:_F|_P)?\(\s*\w+,\s*((?:What|Who|Whoever|Whom|Whose|Where|Neither|Nor|Of|Nobody|)"
      R"(Somebody|That|Those|As|For)[A-Z0-9]\w*)\))");
  Complaints found;
  for (auto it = std::sregex_iterator(file.code.begin(), file.code.end(), pattern);
       it != std::sregex_iterator(); ++it) {
    const int line = line_of(file.code, static_cast<std::size_t>(it->position()));
    found.push_back(complaint(file, line, it->str(1) + " does not begin with what it is about"));
  }
  return found;
}

TEST(PlainWords, AreUsedWhereTheFieldHasThem) {
  const Complaints found = check_all(all_files(), check_banned);
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(PlainWords, TestNamesBeginWithTheirSubject) {
  const Complaints found = check_all(cpp_files(), check_test_names);
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(PlainWords, PlantedViolationsAreCaught) {
  const auto banned = [](const char* path, const std::string& text) {
    return check_banned(make_source(path, text)).size();
  };
  EXPECT_EQ(banned("src/net/a.cpp", "// a crowd of clients\n"), 1U);
  EXPECT_EQ(banned("docs/a.md", "More than can be carried through, and Whoever waits.\n"), 2U);
  EXPECT_EQ(banned("docs/a.md", "somebody and nobody"), 2U);
  EXPECT_EQ(banned("tests/unit/a_test.cpp", "// somebody"), 0U);
  EXPECT_EQ(banned("src/net/a.cpp", "return \"somebody to look at it\";  // as clients know it"),
            0U);
  const auto names = [](const char* text) {
    return check_test_names(make_source("tests/unit/a_test.cpp", text)).size();
  };
  EXPECT_EQ(names("TEST_F(StopTest, WhoWaitsIsServed) {}"), 1U);
  EXPECT_EQ(names("TEST(StopTest,\n     NeitherOfThem) {}"), 1U);
  EXPECT_EQ(names("TEST_F(StopTest, OffersNothing) {}"), 0U);
}

}  // namespace
}  // namespace remit::house
