#include "remit/base/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace remit {
namespace {

TEST(ClipText, KeepsWhatFits) {
  EXPECT_EQ(clip_text("", 0), "");
  EXPECT_EQ(clip_text("abc", 3), "abc");
  EXPECT_EQ(clip_text("abc", 10), "abc");
  EXPECT_EQ(clip_text("abc", 2), "ab");
  EXPECT_EQ(clip_text("abc", 0), "");
}

TEST(ClipText, EndsWithACharacterHoweverLongItIs) {
  for (const std::string character : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x92\xB8"}) {
    const std::string text = "ab" + character + "c";
    for (std::size_t bytes = 2; bytes < 2 + character.size(); ++bytes) {
      EXPECT_EQ(clip_text(text, bytes), "ab") << character << " at " << bytes;
    }
    EXPECT_EQ(clip_text(text, 2 + character.size()), "ab" + character);
  }
}

TEST(ClipText, BytesThatAreNoTextAreCutAllTheSame) {
  EXPECT_EQ(clip_text(std::string(100, '\x80'), 50).size(), 47U);
  EXPECT_EQ(clip_text("\x80\x80", 1), "");
}

TEST(SanitizeUtf8, KeepsWhatPostgresqlCanHoldAndReplacesTheRest) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(sanitize_utf8("plain, \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x92\xB8"),
            "plain, \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x92\xB8");
  EXPECT_EQ(sanitize_utf8(std::string_view("a\0b", 3)), "a" + replaced + "b");
  EXPECT_EQ(sanitize_utf8("\x80"), replaced);
  EXPECT_EQ(sanitize_utf8("\xC3"), replaced) << "cut off";
  EXPECT_EQ(sanitize_utf8("\xC0\xAF"), replaced + replaced) << "overlong";
  EXPECT_EQ(sanitize_utf8("\xED\xA0\x80"), replaced + replaced + replaced) << "a surrogate";
  EXPECT_EQ(sanitize_utf8("\xF4\x90\x80\x80").substr(0, 3), replaced) << "above U+10FFFF";
  EXPECT_EQ(sanitize_utf8(""), "");
}

TEST(EqualWithoutCase, ComparesLettersAlone) {
  EXPECT_TRUE(equal_without_case("Content-Type", "content-tYPE"));
  EXPECT_FALSE(equal_without_case("a", "ab"));
  EXPECT_FALSE(equal_without_case("[", "{"));
}

TEST(Join, PutsTheDividerBetween) {
  EXPECT_EQ(join(std::vector<std::string>{}), "");
  EXPECT_EQ(join(std::vector<std::string>{"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join(std::vector<std::string_view>{"a", "b"}, "|"), "a|b");
}

TEST(ParseNumber, TakesDigitsThatFitAndNothingElse) {
  EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65'535);
  EXPECT_EQ(parse_number<std::int64_t>("-7"), -7);
  for (const std::string_view text : {"", "65536", "-1", "+1", " 1", "1 ", "1.0", "x"}) {
    EXPECT_EQ(parse_number<std::uint16_t>(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace remit
