// Only what needs no server; values_test.cpp sends arrays of every type to one.

#include "remit/storage/array_parameter.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace remit::storage {
namespace {

using namespace std::string_literals;

TEST(ArrayParameter, WithoutAnyValueIsText) {
  ArrayParameter array;
  EXPECT_FALSE(array.is_binary());
  EXPECT_EQ(array.content(), "{}");
  array.add_null();
  array.add(std::optional<std::int64_t>());
  EXPECT_FALSE(array.is_binary());
  EXPECT_EQ(array.content(), "{NULL,NULL}");
}

// PostgreSQL's source, array_send: dimensions, flags, type; length, first index; elements.
TEST(ArrayParameter, IsWhatTheServerWouldSendItself) {
  ArrayParameter array;
  array.add_null();
  array.add(std::int32_t{-2});
  array.add(std::int32_t{258});
  EXPECT_TRUE(array.is_binary());
  EXPECT_EQ(array.content(),
            "\0\0\0\1\0\0\0\1\0\0\0\x17\0\0\0\3\0\0\0\1"
            "\xff\xff\xff\xff"
            "\0\0\0\4\xff\xff\xff\xfe"
            "\0\0\0\4\0\0\1\2"s);
}

TEST(ArrayParameter, RefusesTextWithNul) {
  ArrayParameter array;
  EXPECT_THROW(array.add(std::string_view("a\0b", 3)), std::invalid_argument);
  EXPECT_EQ(array.content(), "{}");
}

TEST(ArrayParameter, RefusesASecondType) {
  ArrayParameter array;
  array.add(std::int64_t{1});
  const std::string before = array.content();
  EXPECT_THROW(array.add(std::int32_t{1}), std::logic_error);
  EXPECT_THROW(array.add("1"), std::logic_error);
  EXPECT_EQ(array.content(), before);
}

}  // namespace
}  // namespace remit::storage
