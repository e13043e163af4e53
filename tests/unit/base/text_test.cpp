#include "remit/base/text.hpp"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace remit
