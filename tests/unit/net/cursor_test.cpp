#include "remit/net/query_reader.hpp"

#include <gtest/gtest.h>

#include "remit/base/base64url.hpp"

namespace remit::net {
namespace {

const Cursor kCursor{Timestamp(Duration(1'700'000'000'123'456)),
                     *Uuid::parse("4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3")};

TEST(Cursor, ComesBack) {
  const auto read = parse_cursor(to_text(kCursor));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at, kCursor.at);
  EXPECT_EQ(read->id, kCursor.id);
}

TEST(Cursor, NothingElseIsOne) {
  const std::string id = ":" + kCursor.id.to_string();
  for (const std::string& text : {std::string(), "7" + id.substr(1), "-1" + id, "x" + id, id,
                                  "7" + id + "0", "253402300800000000" + id}) {
    EXPECT_FALSE(parse_cursor(base64url_encode(text))) << text;
  }
  EXPECT_FALSE(parse_cursor("not base64!"));
}

}  // namespace
}  // namespace remit::net
