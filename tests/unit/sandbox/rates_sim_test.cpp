#include "remit/sandbox/rates_sim.hpp"

#include "world_fixture.hpp"

namespace remit::sandbox {
namespace {

class RatesSimTest : public testing::WorldFixture {
 protected:
  std::string rate(const std::string& from, const std::string& to) {
    return text_of(get("rates", "/rates?from=" + from + "&to=" + to), "rate");
  }
  int move(std::string body) { return put("rates", "/admin/rates", std::move(body)).status; }
};

TEST_F(RatesSimTest, SaysRatesWithEightDigitsAsOfNow) {
  EXPECT_EQ(get("rates", "/rates?from=USD&to=EUR").body,
            R"({"from":"USD","to":"EUR","rate":"0.92050000","as_of":"2026-11-20T17:05:00.000Z"})");
  EXPECT_EQ(rate("USD", "USDC"), "\"1.00000000\"");
  EXPECT_EQ(rate("usd", "jpy"), "\"149.62000000\"");
  EXPECT_EQ(rate("EUR", "EUR"), "\"1.00000000\"");
  EXPECT_EQ(rate("EUR", "USD"), "\"1.08636611\"") << "1 / 0.9205, half-up";
  EXPECT_EQ(rate("EUR", "BRL"), "\"5.90092341\"") << "5.4318 / 0.9205, half-up";
  EXPECT_EQ(get("rates", "/rates?from=USD&to=XXX").status, 400);
  EXPECT_EQ(get("rates", "/rates?from=USD").status, 400);
}

TEST_F(RatesSimTest, AMovedRateMovesItsInverseAndItsCrosses) {
  EXPECT_EQ(move(R"({"from":"USD","to":"EUR","rate":"0.5"})"), 200);
  EXPECT_EQ(rate("USD", "EUR"), "\"0.50000000\"");
  EXPECT_EQ(rate("EUR", "USD"), "\"2.00000000\"");
  EXPECT_EQ(rate("EUR", "BRL"), "\"10.86360000\"");
  EXPECT_EQ(move(R"({"from":"EUR","to":"USD","rate":4})"), 200);
  EXPECT_EQ(rate("USD", "EUR"), "\"0.25000000\"");
  EXPECT_EQ(move(R"({"from":"EUR","to":"BRL","rate":6.00000001})"), 200);
  EXPECT_EQ(rate("EUR", "BRL"), "\"6.00000001\"");
}

TEST_F(RatesSimTest, RefusesWhatIsNotARate) {
  for (const char* bad :
       {R"({"from":"USD","to":"EUR","rate":0})", R"({"from":"USD","to":"EUR","rate":"x"})",
        R"({"from":"USD","to":"USD","rate":1})", R"({"from":"USD","to":"ABC","rate":1})",
        R"({"from":"USD","to":"EUR"})", R"({"from":"USD","to":"EUR","rate":0.123456789})", "[]"}) {
    EXPECT_EQ(move(bad), 400) << bad;
  }
}

TEST_F(RatesSimTest, CanBeStaleAndCanFail) {
  put("rates", "/admin/faults", R"({"stale_by_ms":90000})");
  EXPECT_EQ(text_of(get("rates", "/rates?from=USD&to=EUR"), "as_of"),
            "\"2026-11-20T17:03:30.000Z\"");
  put("rates", "/admin/faults", R"({"failing":true})");
  EXPECT_EQ(get("rates", "/rates?from=USD&to=EUR").status, 503);
  EXPECT_EQ(text_of(get("rates", "/health"), "failing"), "true");
}

}  // namespace
}  // namespace remit::sandbox
