#include "remit/base/base64.hpp"

#include <gtest/gtest.h>

namespace remit {
namespace {

TEST(Base64, IsThatOfTheStandard) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("\xfb\xff\xbf"), "+/+/");
}

TEST(Base64, DecodesWhatItEncoded) {
  std::string bytes;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    bytes += static_cast<char>(length * 7);
  }
}

TEST(Base64, RefusesWhatHasAnotherReading) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "====", "=", "Zh==", "Zm9=", "Zm9v====", "Zm 9v",
                           "Zm9v\n", "-_-_", "Z===", "Zg==Zg=="}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

}  // namespace
}  // namespace remit
