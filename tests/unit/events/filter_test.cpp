#include "remit/events/filter.hpp"

#include <gtest/gtest.h>

namespace remit::events {
namespace {

outbox::Event event(std::string type) {
  outbox::Event event(kFirstTenant);
  event.type = std::move(type);
  event.resource = "/payments/1";
  event.user = "ada";
  return event;
}

TEST(Filter, WithoutAnythingMatchesEverything) {
  EXPECT_TRUE(Filter().matches(event("payment.completed")));
}

TEST(Filter, NamesTypesOrAllThatBeginAlike) {
  const Filter filter{.types = {"payment.*", "wallet.updated"}, .resource = {}, .user = {}};
  EXPECT_TRUE(filter.matches(event("payment.completed")));
  EXPECT_TRUE(filter.matches(event("wallet.updated")));
  EXPECT_FALSE(filter.matches(event("wallet.deleted")));
  EXPECT_FALSE(filter.matches(event("payments.completed")));
}

TEST(Filter, NamesAResourceAndAUser) {
  EXPECT_TRUE(
      (Filter{.types = {}, .resource = "/payments/1", .user = "ada"}.matches(event("a.b"))));
  EXPECT_FALSE((Filter{.types = {}, .resource = "/payments/2", .user = {}}.matches(event("a.b"))));
  EXPECT_FALSE((Filter{.types = {}, .resource = {}, .user = "bob"}.matches(event("a.b"))));
}

TEST(Types, AreAListOfNames) {
  EXPECT_EQ(parse_types("payment.*,wallet.updated"),
            (std::vector<std::string>{"payment.*", "wallet.updated"}));
  for (const char* const wrong : {"payment", "*", "payment.", ".completed", "a.b c",
                                  "Payment.completed", "payment.**", "payment.comp*", "a.b.c"}) {
    EXPECT_FALSE(parse_types(wrong)) << wrong;
  }
}

TEST(Types, AreNoMoreThanTwenty) {
  std::string many = "a.b";
  for (int i = 0; i < 19; ++i) many += ",a.b";
  EXPECT_TRUE(parse_types(many));
  EXPECT_FALSE(parse_types(many + ",a.b"));
}

}  // namespace
}  // namespace remit::events
