#include "remit/outbox/type_pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace remit::outbox {
namespace {

TEST(TypePattern, NamesATypeOrAllThatBeginAlike) {
  for (const char* right : {"payment.completed", "payment.*", "webhook_endpoint.disabled", "a.1"}) {
    EXPECT_TRUE(is_type_pattern(right)) << right;
  }
  for (const std::string wrong :
       {"", "payment", "*", "payment.", ".completed", "*.completed", "a.b c", "Payment.completed",
        "payment.**", "payment.comp*", "a.b.c"}) {
    EXPECT_FALSE(is_type_pattern(wrong)) << wrong;
  }
  EXPECT_FALSE(is_type_pattern("a." + std::string(63, 'b')));
}

TEST(TypePattern, MatchesWholeWords) {
  EXPECT_TRUE(matches_type("payment.*", "payment.completed"));
  EXPECT_TRUE(matches_type("payment.completed", "payment.completed"));
  EXPECT_FALSE(matches_type("payment.completed", "payment.failed"));
  EXPECT_FALSE(matches_type("payment.*", "payments.made"));
}

}  // namespace
}  // namespace remit::outbox
