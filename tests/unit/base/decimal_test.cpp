#include "remit/base/decimal.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace remit {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST(ParseDecimalCut, CutsWhatIsBeyondTheScale) {
  EXPECT_EQ(parse_decimal_cut("0.123456789", 8), 12'345'678);
  EXPECT_EQ(parse_decimal_cut("0.999", 2), 99);
  EXPECT_EQ(parse_decimal_cut("0.009", 2), 0);
  EXPECT_EQ(parse_decimal_cut("1e-30", 8), 0);
  EXPECT_EQ(parse_decimal_cut("123456789012345678901234567890e-29", 2), 123);
  EXPECT_EQ(parse_decimal_cut("19.90", 2), 1'990);
  EXPECT_EQ(parse_decimal_cut("0", 2), 0);
  for (const std::string text : {"", "-1", "1.", ".5", "nan", "1e40", "01"}) {
    EXPECT_FALSE(parse_decimal_cut(text, 2)) << text;
  }
}

struct Accepted {
  std::string text;
  int scale;
  std::int64_t scaled;
};

TEST(ParseDecimal, ReadsEveryFormOfAPlainNumber) {
  const std::vector<Accepted> cases = {
      {"0", 2, 0},
      {"0.0", 0, 0},
      {"1", 0, 1},
      {"1", 2, 100},
      {"19.90", 2, 1990},
      {"19.9", 2, 1990},
      {"19.900", 2, 1990},
      {"1e2", 0, 100},
      {"1E+2", 2, 10000},
      {"1990e-2", 2, 1990},
      {"0.000000199e8", 2, 1990},
      {"0e999999999999999999999", 2, 0},
      {"0.000000000000000000000000000000", 2, 0},
      {"9223372036854775807", 0, kMax},
      {"92233720368547758.07", 2, kMax},
      {"1000000000000000000000e-3", 0, 1'000'000'000'000'000'000},
      {"0.92050000", 8, 92'050'000},
  };
  for (const Accepted& c : cases) {
    const auto parsed = parse_decimal(c.text, c.scale);
    ASSERT_TRUE(parsed) << c.text << ": " << parsed.error();
    EXPECT_EQ(*parsed, c.scaled) << c.text;
  }
}

TEST(ParseDecimal, RefusesWhatIsNotAPlainNumber) {
  const std::vector<std::string> cases = {
      "",     ".",    ".5",   "5.",   "+1",   "-1",       "-0",
      "00",   "00.1", "01",   "1.2.", "1..2", "1,5",      "1_000",
      "0x10", "NaN",  "nan",  "inf",  "1e",   "1e+",      "e1",
      "1e1.", "1e 1", " 1",   "1 ",   "1\n",  "1.5e1e1",  "1e--1",
      "１",   "--1",  "1.e1", "1f",   "1.5f", "Infinity", std::string("1\0", 2)};
  for (const std::string& text : cases) {
    const auto parsed = parse_decimal(text, 2);
    ASSERT_FALSE(parsed) << '\'' << text << "' was read as " << *parsed;
    EXPECT_NE(parsed.error().find("plain"), std::string::npos) << text;
  }
}

TEST(ParseDecimal, RefusesFractionsFinerThanTheScale) {
  for (const char* text : {"0.001", "19.901", "1e-3", "1.00000000000000000000000000001"}) {
    EXPECT_EQ(parse_decimal(text, 2).error(), "must have at most 2 fraction digits") << text;
  }
  EXPECT_EQ(parse_decimal("0.01", 1).error(), "must have at most 1 fraction digit");
  EXPECT_EQ(parse_decimal("0.1", 0).error(), "must be a whole number");
  EXPECT_FALSE(parse_decimal("1e-999999999999999999999", 8));
}

TEST(ParseDecimal, RefusesWhatDoesNotFit) {
  for (const char* text : {"1e400", "9223372036854775808", "123456789012345678901234567890",
                           "1e999999999999999999999", "9e18", "10000000000000000000"}) {
    EXPECT_EQ(parse_decimal(text, 1).error(), "is too large") << text;
  }
  EXPECT_EQ(parse_decimal("92233720368547758.08", 2).error(), "is too large");
}

TEST(PrintDecimal, WritesExactlyTheDigitsOfTheScale) {
  EXPECT_EQ(print_decimal(1990, 2), "19.90");
  EXPECT_EQ(print_decimal(150, 0), "150");
  EXPECT_EQ(print_decimal(5, 2), "0.05");
  EXPECT_EQ(print_decimal(0, 6), "0.000000");
  EXPECT_EQ(print_decimal(-5, 2), "-0.05");
  EXPECT_EQ(print_decimal(kMin, 2), "-92233720368547758.08");
}

TEST(PrintDecimal, ShortestLeavesOutTrailingZeros) {
  EXPECT_EQ(print_decimal_shortest(92'050'000, 8), "0.9205");
  EXPECT_EQ(print_decimal_shortest(100'000'000, 8), "1");
  EXPECT_EQ(print_decimal_shortest(1'000'000'000, 8), "10");
  EXPECT_EQ(print_decimal_shortest(0, 8), "0");
  EXPECT_EQ(print_decimal_shortest(100, 0), "100");
}

TEST(Decimal, PrintedTextIsReadBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    for (const int scale : {0, 1, 2, 6, 8, 18}) {
      ASSERT_EQ(parse_decimal(print_decimal(value, scale), scale), value);
      ASSERT_EQ(parse_decimal(print_decimal_shortest(value, scale), scale), value);
    }
  }
}

TEST(Decimal, PowersOfTen) {
  EXPECT_EQ(power_of_ten(0), 1);
  EXPECT_EQ(power_of_ten(18), 1'000'000'000'000'000'000);
}

}  // namespace
}  // namespace remit
