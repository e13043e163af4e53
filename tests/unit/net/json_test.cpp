#include "remit/net/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace remit::net {
namespace {

std::string canonical(std::string_view text) {
  const auto value = parse_json(text);
  return value ? canonical_json(*value) : "refused: " + value.error().detail;
}

bool is_refused(std::string_view text) {
  const auto value = parse_json(text);
  return !value && value.error().code == kInvalidJson;
}

TEST(Json, ReadsEveryKindOfValue) {
  const auto value = parse_json(R"({"a":[1,true,null],"b":{"c":"d"},"e":-0.50})");
  ASSERT_TRUE(value.has_value());
  const JsonObject& object = *value->object();
  const JsonArray& array = *object.at("a").array();
  EXPECT_EQ(array[0].number()->text, "1");
  EXPECT_TRUE(*array[1].boolean());
  EXPECT_TRUE(array[2].is_null());
  EXPECT_EQ(*object.at("b").object()->at("c").string(), "d");
  EXPECT_EQ(object.at("e").number()->text, "-0.50");
}

TEST(Json, NumbersKeepTheirCharacters) {
  for (const std::string text : {"19.90", "0.1000000000000000055511151231257827", "1e2", "1E+2",
                                 "18446744073709551616", "-9223372036854775809", "12345678901"}) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_EQ(value->number()->text, text);
  }
}

TEST(Json, RefusesWhatIsNotExactlyOneValue) {
  for (const std::string_view text :
       {"",    " ",   "{",        "[1,]",      "{\"a\":1,}", "{} {}",   "{}x",
        "nul", "NaN", "Infinity", "-Infinity", "01",         "+1",      "1.",
        ".5",  "'a'", "{a:1}",    "// c\n1",   "\"a\nb\"",   "\"\\x\"", "1e999"}) {
    EXPECT_TRUE(is_refused(text)) << text;
  }
}

TEST(Json, HasSoManyValuesAndNoMore) {
  const auto array_of = [](std::size_t count, const std::string& value) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + value;
    return text + "]";
  };
  EXPECT_FALSE(is_refused(array_of(kMaxValues - 1, "1"))) << "the array is one itself";
  EXPECT_TRUE(is_refused(array_of(kMaxValues, "1")));
  EXPECT_TRUE(is_refused(array_of(kMaxValues, "[]")));
  EXPECT_TRUE(is_refused(array_of(kMaxValues / 2, R"({"a":1})")));
  EXPECT_NE(parse_json(array_of(kMaxValues, "1")).error().detail.find("4096 values"),
            std::string::npos);
}

TEST(Json, SaysWhichNumberIsTooLarge) {
  EXPECT_NE(parse_json("[1e400]").error().detail.find("no double can hold"), std::string::npos);
}

TEST(Json, TextOfAValueKeepsItsNumbers) {
  const auto value = parse_json(R"({ "b" : [1.50, 1e2, -0.0, "\u0041"], "a" : null })");
  ASSERT_TRUE(value);
  EXPECT_EQ(json_text(*value), R"({"a":null,"b":[1.50,1e2,-0.0,"A"]})");
}

TEST(Json, RefusesWhatHidesBehindANul) {
  EXPECT_TRUE(is_refused(std::string_view("{}\0{}", 5)));
  EXPECT_TRUE(is_refused(std::string_view("1\0", 2)));
}

TEST(Json, RefusesEqualNamesAtAnyDepth) {
  EXPECT_TRUE(is_refused(R"({"a":1,"a":1})"));
  EXPECT_TRUE(is_refused(R"({"a":1,"\u0061":2})"));
  EXPECT_TRUE(is_refused(R"([{"x":{"a":1,"b":2,"a":3}}])"));
  EXPECT_FALSE(is_refused(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(Json, RefusesNulAndInvalidUtf8InText) {
  EXPECT_TRUE(is_refused(R"("\u0000")"));
  EXPECT_TRUE(is_refused(R"({"a\u0000":1})"));
  EXPECT_TRUE(is_refused("\"\xC0\x80\""));
  EXPECT_TRUE(is_refused("\"\xED\xA0\x80\""));
  EXPECT_TRUE(is_refused("\"\xFF\""));
  EXPECT_TRUE(is_refused(R"("\ud800")"));
  EXPECT_FALSE(is_refused("\"\xF0\x9F\x92\xB6\""));
  EXPECT_FALSE(is_refused(R"("\ud83d\udcb6")"));
}

TEST(Json, NestingEndsAt32) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_FALSE(is_refused(nested(32)));
  EXPECT_TRUE(is_refused(nested(33)));
  EXPECT_TRUE(is_refused(std::string(60'000, '[')));
}

TEST(Json, CanonicalFormIsOneForAllSpellings) {
  EXPECT_EQ(canonical(R"({ "b" : 1 , "a" : [ ] })"), R"({"a":[],"b":1})");
  EXPECT_EQ(canonical(R"({"a":"\u00e9\/"})"), "{\"a\":\"\xC3\xA9/\"}");
  EXPECT_EQ(canonical("[true,false,null,{}]"), "[true,false,null,{}]");
  for (const std::string_view one : {"1", "1.0", "10e-1", "1e0", "0.1E1", "1.000"}) {
    EXPECT_EQ(canonical(one), "1") << one;
  }
  for (const std::string_view zero : {"0", "-0", "0.0", "0e5", "-0.00e-3"}) {
    EXPECT_EQ(canonical(zero), "0") << zero;
  }
  EXPECT_EQ(canonical("1900"), canonical("1.9e3"));
  EXPECT_EQ(canonical("-12.50"), "-125e-1");
  EXPECT_NE(canonical("1"), canonical("10"));
  EXPECT_NE(canonical("1"), canonical("\"1\""));
}

TEST(Json, CanonicalFormCanBeReadAgain) {
  const std::string text = canonical("[1.50,1e-400,\"\\u0001\\\"\\\\\",{\"x\":20}]");
  EXPECT_EQ(canonical(text), text);
}

TEST(Json, QuotingEscapesWhatHasToBe) {
  EXPECT_EQ(quote_json("a\"b\\c\n\r\t\x01"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\"");
  EXPECT_EQ(quote_json("\xC3\xA9"), "\"\xC3\xA9\"");
}

}  // namespace
}  // namespace remit::net
