#include "remit/base/base64url.hpp"

#include <gtest/gtest.h>

#include <random>

namespace remit {
namespace {

TEST(Base64Url, EncodesTheVectorsOfTheRfcWithoutPadding) {
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foo"), "Zm9v");
  EXPECT_EQ(base64url_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url_encode("\xFF\xEF\xFE"), "_-_-");
}

TEST(Base64Url, RefusesWhatHasAnotherReading) {
  for (const char* text :
       {"A", "Zg==", "Zg=", "Zh", "Zm9", "Zm9v\n", "Zm 9v", "_+_-", "_/_-", "AAAAA", "Zm9v."}) {
    EXPECT_FALSE(base64url_decode(text)) << text;
  }
  EXPECT_EQ(base64url_decode(""), "");
}

TEST(Base64Url, EncodedTextIsDecoded) {
  std::mt19937_64 random(5);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random() & 0xFF);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
}

}  // namespace
}  // namespace remit
