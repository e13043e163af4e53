#include "remit/providers/rates_client.hpp"

#include <gtest/gtest.h>

#include <string>

#include "peer_fixture.hpp"

namespace remit::providers {
namespace {

class RatesClientTest : public test::PeerFixture {
 protected:
  RatesClientTest() {
    client_closer_ = [this] { rates_.close(); };
  }
  auto read() { return run(rates_.read(Currency::USD, Currency::EUR, std::chrono::seconds(2))); }

  RatesClient rates_{"ecb", client_to(url()), std::chrono::seconds(10)};
};

TEST_F(RatesClientTest, ReadsARate) {
  answer(200, R"({"from":"USD","to":"EUR","rate":"0.92050000","as_of":"2026-11-20T17:05:01Z"})");
  const auto reading = read();
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->rate.to_string(), "0.9205");
  EXPECT_EQ(reading->as_of, *parse_timestamp("2026-11-20T17:05:01Z"));
  EXPECT_EQ(asked_.back().query_value("from"), "USD");
  EXPECT_EQ(asked_.back().query_value("to"), "EUR");
  EXPECT_EQ(rates_.name(), "ecb");
}

TEST_F(RatesClientTest, CutsARateThatIsFinerThanWhatIsApplied) {
  for (const auto& [said, read_as] :
       {std::pair(R"("0.123456789")", "0.12345678"), std::pair("0.9999999999999999", "0.99999999"),
        std::pair("149.123456789012345678901234", "149.12345678"),
        std::pair("9.2053e-1", "0.92053")}) {
    answer(200, R"({"from":"USD","to":"EUR","as_of":"2026-11-20T17:05:01Z","rate":)" +
                    std::string(said) + "}");
    const auto reading = read();
    ASSERT_TRUE(reading) << said;
    EXPECT_EQ(reading->rate.to_string(), read_as);
  }
}

TEST_F(RatesClientTest, RefusesWhatIsNotTheRateAskedFor) {
  for (const std::string body :
       {"", "[]", R"({"from":"USD","to":"EUR","rate":"0.9205"})",
        R"({"from":"USD","to":"GBP","rate":"0.9205","as_of":"2026-11-20T17:05:01Z"})",
        R"({"from":"USD","to":"EUR","rate":"0","as_of":"2026-11-20T17:05:01Z"})",
        R"({"from":"USD","to":"EUR","rate":"-1","as_of":"2026-11-20T17:05:01Z"})",
        R"({"from":"USD","to":"EUR","rate":"0.000000009","as_of":"2026-11-20T17:05:01Z"})",
        R"({"from":"USD","to":"EUR","rate":"0.9205","as_of":"yesterday"})"}) {
    answer(200, body);
    const auto reading = read();
    ASSERT_FALSE(reading) << body;
    EXPECT_EQ(reading.error().code, kProviderUnreachable);
  }
  answer(503, "{}");
  EXPECT_FALSE(read());
}

}  // namespace
}  // namespace remit::providers
