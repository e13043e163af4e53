#include "remit/providers/provider_set.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "peer_fixture.hpp"

namespace remit::providers {
namespace {

class ProviderSetTest : public test::PeerFixture {
 protected:
  config::ProviderConfig provider(ProviderKind kind, std::string name) const {
    config::ProviderConfig made;
    made.kind = kind;
    made.name = std::move(name);
    made.url = url();
    return made;
  }
};

TEST_F(ProviderSetTest, FindsProvidersByKindAndName) {
  auto set = make_providers(
      context_.get_executor(),
      {provider(ProviderKind::processor, "default"), provider(ProviderKind::onramp, "swift"),
       provider(ProviderKind::offramp, "swift"), provider(ProviderKind::rates, "fx"),
       provider(ProviderKind::chain, "gateway")},
      clock_);
  ASSERT_TRUE(set);
  EXPECT_NE(set->leg(ProviderKind::processor, "default"), nullptr);
  EXPECT_EQ(set->leg(ProviderKind::processor, "default"), set->processor("default"));
  EXPECT_NE(set->leg(ProviderKind::onramp, "swift"), nullptr);
  EXPECT_NE(set->leg(ProviderKind::onramp, "swift"), set->leg(ProviderKind::offramp, "swift"));
  EXPECT_EQ(set->leg(ProviderKind::onramp, "default"), nullptr);
  EXPECT_EQ(set->leg(ProviderKind::rates, "fx"), nullptr);
  EXPECT_EQ(set->leg(ProviderKind::chain, "gateway"), nullptr);
  ASSERT_EQ(set->rate_sources().size(), 1U);
  EXPECT_EQ(set->rate_sources()[0]->name(), "fx");
  set->close();
}

TEST_F(ProviderSetTest, AsksTheRightOneForHealthAndFees) {
  auto set = make_providers(
      context_.get_executor(),
      {provider(ProviderKind::processor, "default"), provider(ProviderKind::offramp, "swift")},
      clock_);
  ASSERT_TRUE(set);
  answer(200, R"({"failing":false,"minResponseTime":3})");
  EXPECT_EQ(run(set->health(ProviderKind::processor, "default")).kind, HealthAnswer::Kind::report);
  EXPECT_EQ(asked_.back().path, "/payments/service-health");
  answer(200, R"({"failing":false,"minResponseTime":3})");
  EXPECT_EQ(run(set->health(ProviderKind::offramp, "swift")).kind, HealthAnswer::Kind::report);
  EXPECT_EQ(asked_.back().path, "/health");
  answer(200, R"({"percent":"1.0","fixed":50,"currency":"USD"})");
  EXPECT_TRUE(run(set->fees(ProviderKind::offramp, "swift")));
  EXPECT_EQ(run(set->fees(ProviderKind::processor, "default")).error().code, kNotFound);
  EXPECT_EQ(run(set->health(ProviderKind::onramp, "swift")).kind, HealthAnswer::Kind::none);
  set->close();
}

TEST_F(ProviderSetTest, AnUnusableUrlIsNamed) {
  config::ProviderConfig wrong = provider(ProviderKind::onramp, "swift");
  wrong.url = "ftp://example";
  const auto set = make_providers(context_.get_executor(), {wrong}, clock_);
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().find("onramp swift"), std::string::npos) << set.error();
}

TEST(OperationKind, NamesRoundTrip) {
  using enum OperationKind;
  for (const OperationKind kind : {charge, onramp, offramp, refund, burn, attest, mint, return_}) {
    EXPECT_EQ(parse_operation_kind(to_string(kind)), kind);
  }
  EXPECT_FALSE(parse_operation_kind("theft"));
}

}  // namespace
}  // namespace remit::providers
