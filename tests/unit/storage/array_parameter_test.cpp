#include "remit/storage/array_parameter.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace remit::storage {
namespace {

TEST(ArrayParameter, IsAnEmptyArrayAtFirst) { EXPECT_EQ(ArrayParameter().literal(), "{}"); }

TEST(ArrayParameter, SeparatesNumbersAndBooleans) {
  ArrayParameter array;
  array.add(1);
  array.add(std::int64_t{-9223372036854775807});
  array.add(true);
  array.add(false);
  EXPECT_EQ(array.literal(), "{1,-9223372036854775807,t,f}");
}

TEST(ArrayParameter, QuotesTextAndEscapesWhatEndsAQuote) {
  ArrayParameter array;
  array.add(R"(a"b\c)");
  array.add("");
  array.add("NULL");
  array.add(std::string("{,}"));
  EXPECT_EQ(array.literal(), R"({"a\"b\\c","","NULL","{,}"})");
}

TEST(ArrayParameter, WritesAbsentValuesAsNull) {
  ArrayParameter array;
  array.add(std::optional<std::int64_t>());
  array.add(std::optional<std::string>("x"));
  array.add_null();
  EXPECT_EQ(array.literal(), R"({NULL,"x",NULL})");
}

TEST(ArrayParameter, RefusesTextWithNul) {
  ArrayParameter array;
  EXPECT_THROW(array.add(std::string_view("a\0b", 3)), std::invalid_argument);
  EXPECT_EQ(array.literal(), "{}");
}

}  // namespace
}  // namespace remit::storage
