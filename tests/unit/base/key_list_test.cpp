#include "remit/base/key_list.hpp"

#include <gtest/gtest.h>

#include "remit/base/base64.hpp"

namespace remit {
namespace {

std::string key_text(char of) { return base64_encode(std::string(32, of)); }

TEST(KeyList, HasKeysInTheirOrder) {
  const std::vector<std::string> both = {std::string(32, 'b'), std::string(32, 'a')};
  for (const std::string between : {" ", "\n", "\r\n", ",", " , "}) {
    EXPECT_EQ(parse_key_list(key_text('b') + between + key_text('a') + "\n"), both);
  }
  EXPECT_TRUE(parse_key_list(" \n")->empty());
}

TEST(KeyList, SaysWhatIsWrongAndShowsNoKey) {
  const auto error = [](const std::string& text) { return parse_key_list(text).error(); };
  EXPECT_EQ(error("abc"), "key 1 is not 32 bytes in base64");
  EXPECT_EQ(error(key_text('a') + "," + base64_encode("short")), "key 2 is not 32 bytes in base64");
  EXPECT_EQ(error(key_text('a') + " " + key_text('a')), "key 2 is there twice");
  std::string many;
  for (char of = 'a'; of < 'a' + 17; ++of) many += key_text(of) + "\n";
  EXPECT_EQ(error(many), "there are more than 16 keys");
}

}  // namespace
}  // namespace remit
