#include "remit/net/page.hpp"

#include <gtest/gtest.h>

namespace remit::net {
namespace {

constexpr Timestamp kAt{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};

Cursor cursor() { return {kAt, Uuid::parse("4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3").value()}; }

TEST(PageResponse, HasTheItemsAndTheCursor) {
  EXPECT_EQ(page_response({}, {.items = "[1]", .next = cursor()}).body,
            R"({"data":[1],"next_cursor":")" + to_text(cursor()) + "\"}");
  const Response last = page_response({}, {.items = "[]", .next = {}});
  EXPECT_EQ(last.body, R"({"data":[],"next_cursor":null})");
  EXPECT_TRUE(last.headers.empty());
}

TEST(PageResponse, IsABareArrayWithALinkForThoseWhoWantIt) {
  Request request;
  request.wants_bare_lists = true;
  request.path = "/a b/payments";
  request.query = {{"external_id", "x&y"}, {"cursor", "old"}, {"limit", "2"}};
  const Response response = page_response(request, {.items = "[1,2]", .next = cursor()});
  EXPECT_EQ(response.body, "[1,2]");
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].name, "Link");
  EXPECT_EQ(response.headers[0].value, "</a%20b/payments?external_id=x%26y&limit=2&cursor=" +
                                           to_text(cursor()) + ">; rel=\"next\"");
  EXPECT_TRUE(page_response(request, {.items = "[]", .next = {}}).headers.empty());
}

}  // namespace
}  // namespace remit::net
