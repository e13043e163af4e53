#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "remit/net/json.hpp"

namespace remit::net {
namespace {

constexpr auto kOptional = FieldReader::Presence::optional;
constexpr auto kRequired = FieldReader::Presence::required;

JsonValue parsed(std::string_view text) { return parse_json(text).value(); }

std::optional<std::int64_t> integer_in(std::string_view number) {
  const JsonValue body = parsed("{\"n\":" + std::string(number) + "}");
  FieldReader reader(body);
  return reader.integer("n", std::numeric_limits<std::int64_t>::min(),
                        std::numeric_limits<std::int64_t>::max());
}

TEST(FieldReader, ReadsEachKind) {
  const JsonValue body = parsed(R"({"i":7,"t":"text","d":19.90,"o":{"x":1},"b":false,)"
                                R"("u":"4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3"})");
  FieldReader reader(body);
  EXPECT_EQ(reader.boolean("b"), false);
  EXPECT_EQ(reader.uuid("u"), Uuid::parse("4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3"));
  EXPECT_EQ(reader.number_or_text("d"), "19.90");
  EXPECT_EQ(reader.number_or_text("t"), "text");
  EXPECT_EQ(reader.boolean("z", kOptional), std::nullopt);
  EXPECT_EQ(reader.uuid("z", kOptional), std::nullopt);
  EXPECT_EQ(reader.integer("i", 1, 10), 7);
  EXPECT_EQ(reader.text("t", 1, 10), "text");
  EXPECT_EQ(reader.number_text("d"), "19.90");
  ASSERT_NE(reader.object("o"), nullptr);
  EXPECT_TRUE(reader.has("i"));
  EXPECT_FALSE(reader.has("z"));
  EXPECT_TRUE(reader.ok());
}

TEST(FieldReader, SaysWhatIsNoSwitchNoUuidAndNoNumber) {
  const JsonValue body = parsed(R"({"b":"true","u":"x","n":false})");
  FieldReader reader(body);
  EXPECT_FALSE(reader.boolean("b"));
  EXPECT_FALSE(reader.uuid("u"));
  EXPECT_FALSE(reader.number_or_text("n"));
  const std::vector<FieldError> expected = {
      {"/b", "must be true or false"}, {"/u", "must be a UUID"}, {"/n", "must be a number"}};
  EXPECT_EQ(reader.problem().errors, expected);
}

TEST(FieldReader, IntegersAreReadExactlyHoweverTheyAreWritten) {
  EXPECT_EQ(integer_in("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer_in("9223372036854775807.00"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer_in("9007199254740993.0"), 9'007'199'254'740'993) << "no float has it";
  EXPECT_EQ(integer_in("-5"), -5);
  EXPECT_EQ(integer_in("-5.0"), -5);
  EXPECT_EQ(integer_in("1.0"), 1);
  EXPECT_EQ(integer_in("1e2"), 100);
  EXPECT_EQ(integer_in("1E+2"), 100);
  EXPECT_EQ(integer_in("1500e-2"), 15);
  EXPECT_EQ(integer_in("-0.0"), 0);
  EXPECT_EQ(integer_in("0e-400"), 0);
  for (const std::string_view other : {"1.5", "1e-2", "9223372036854775808", "18446744073709551616",
                                       "1e308", "1e-16383", "\"1\"", "true", "[]"}) {
    EXPECT_EQ(integer_in(other), std::nullopt) << other;
  }
}

TEST(FieldReader, GathersEveryFaultWithItsPointer) {
  const JsonValue body = parsed(R"({"low":0,"long":"abcdef","kind":1,"part":"1","a/b~c":true})");
  FieldReader reader(body);
  EXPECT_FALSE(reader.integer("low", 1, 5));
  EXPECT_FALSE(reader.text("long", 1, 5));
  EXPECT_FALSE(reader.text("kind", 1, 5));
  EXPECT_FALSE(reader.number_text("part"));
  EXPECT_EQ(reader.object("kind"), nullptr);
  EXPECT_FALSE(reader.text("absent", 1, 5));
  EXPECT_FALSE(reader.number_text("a/b~c"));
  EXPECT_FALSE(reader.ok());
  const Problem problem = reader.problem();
  EXPECT_EQ(problem.code, kValidationError);
  const std::vector<FieldError> expected = {
      {"/low", "must be from 1 to 5"},  {"/long", "must have 1 to 5 characters"},
      {"/kind", "must be a string"},    {"/part", "must be a number"},
      {"/kind", "must be an object"},   {"/absent", "is required"},
      {"/a~1b~0c", "must be a number"},
  };
  EXPECT_EQ(problem.errors, expected);
}

TEST(FieldReader, NullIsAbsent) {
  const JsonValue body = parsed(R"({"n":null})");
  FieldReader reader(body);
  EXPECT_FALSE(reader.has("n"));
  EXPECT_FALSE(reader.integer("n", 0, 1, kOptional));
  EXPECT_FALSE(reader.text("missing", 0, 1, kOptional));
  EXPECT_TRUE(reader.ok());
  EXPECT_FALSE(reader.integer("n", 0, 1, kRequired));
  EXPECT_FALSE(reader.ok());
}

TEST(FieldReader, LengthIsInCodePoints) {
  const JsonValue body = parsed("{\"t\":\"\xF0\x9F\x92\xB6\xC3\xA9z\"}");
  FieldReader reader(body);
  EXPECT_TRUE(reader.text("t", 3, 3));
  EXPECT_TRUE(reader.ok());
}

TEST(FieldReader, ABodyThatIsNoObjectIsTheOnlyFault) {
  const JsonValue body = parsed("[1]");
  FieldReader reader(body);
  EXPECT_FALSE(reader.integer("a", 0, 1));
  EXPECT_FALSE(reader.text("b", 0, 1));
  const std::vector<FieldError> expected = {{"", "must be an object"}};
  EXPECT_EQ(reader.problem().errors, expected);
}

TEST(FieldReader, CallersAddTheirOwn) {
  const JsonValue body = parsed("{}");
  FieldReader reader(body);
  reader.add_error("currency", "is not supported");
  const std::vector<FieldError> expected = {{"/currency", "is not supported"}};
  EXPECT_EQ(reader.problem().errors, expected);
}

}  // namespace
}  // namespace remit::net
