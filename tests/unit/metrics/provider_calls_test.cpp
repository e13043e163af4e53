#include "provider_calls.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "metrics_fixture.hpp"
#include "support/run_task.hpp"

namespace remit::metrics {
namespace {

using providers::Outcome;

class FakeLeg final : public providers::LegProvider {
 public:
  Task<Outcome> submit(providers::Operation operation,
                       providers::CallContext /*context*/) override {
    submitted.push_back(operation.account);
    co_return outcome;
  }
  Task<Outcome> query(providers::Operation /*operation*/,
                      providers::CallContext /*context*/) override {
    co_return outcome;
  }
  std::vector<std::string> submitted;
  Outcome outcome;
};

class FakeRates final : public providers::RateSource {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  Task<Result<providers::RateReading>> read(Currency /*from*/, Currency /*to*/,
                                            Duration /*timeout*/) override {
    co_return fail(providers::kProviderUnreachable, "away");
  }

 private:
  std::string name_ = "rates";
};

class FakeDirectory final : public providers::Directory {
 public:
  [[nodiscard]] providers::LegProvider* leg(ProviderKind kind,
                                            std::string_view name) const override {
    return kind == ProviderKind::onramp && name == "in" ? &onramp : nullptr;
  }
  Task<HealthAnswer> health(ProviderKind /*kind*/, std::string /*name*/) override {
    co_return HealthAnswer{.kind = HealthAnswer::Kind::report};
  }
  Task<Result<FeeSchedule>> fees(ProviderKind /*kind*/, std::string /*name*/) override {
    co_return FeeSchedule{};
  }
  [[nodiscard]] std::vector<providers::RateSource*> rate_sources() const override {
    return {&rates};
  }

  mutable FakeLeg onramp;
  mutable FakeRates rates;
};

class ProviderCallsTest : public testing::Test {
 protected:
  ProviderCallsTest() {
    configured_[0].kind = ProviderKind::onramp;
    configured_[0].name = "in";
    configured_[1].kind = ProviderKind::rates;
    configured_[1].name = "rates";
    observed_ = observed_directory(providers_, configured_, CallFamilies(registry_));
  }
  [[nodiscard]] std::string calls(const std::string& call, const std::string& outcome,
                                  const std::string& kind = "onramp",
                                  const std::string& provider = "in") const {
    return value_of(text_of(registry_), "remit_provider_calls_total{call=\"" + call + "\",kind=\"" +
                                            kind + "\",outcome=\"" + outcome + "\",provider=\"" +
                                            provider + "\"}");
  }

  boost::asio::io_context loop_;
  FakeDirectory providers_;
  std::vector<config::ProviderConfig> configured_{2};
  prometheus::Registry registry_;
  std::unique_ptr<providers::Directory> observed_;
};

TEST_F(ProviderCallsTest, CountsWhatIsKnownAfterEachCall) {
  providers::LegProvider* const leg = observed_->leg(ProviderKind::onramp, "in");
  ASSERT_NE(leg, nullptr);
  EXPECT_EQ(calls("submit", "unknown"), "0") << "from the start, so that the first is an increase";
  providers::Operation operation{};
  operation.account = "a";
  const Outcome unknown = test::run(loop_, leg->submit(operation, {}));
  EXPECT_EQ(unknown.status, Outcome::Status::unknown);
  providers_.onramp.outcome.status = Outcome::Status::settled;
  providers_.onramp.outcome.latency = std::chrono::milliseconds(30);
  EXPECT_EQ(test::run(loop_, leg->query({}, {})).status, Outcome::Status::settled);
  EXPECT_EQ(providers_.onramp.submitted, std::vector<std::string>{"a"});
  EXPECT_EQ(calls("submit", "unknown"), "1");
  EXPECT_EQ(calls("query", "settled"), "1");
  EXPECT_EQ(value_of(text_of(registry_),
                     "remit_provider_call_duration_seconds_sum{call=\"query\",kind=\"onramp\","
                     "provider=\"in\"}"),
            "0.03");
}

TEST_F(ProviderCallsTest, CountsQuestionsAboutHealthFeesAndRates) {
  test::run(loop_, observed_->health(ProviderKind::onramp, "in"));
  EXPECT_TRUE(test::run(loop_, observed_->fees(ProviderKind::onramp, "in")));
  ASSERT_EQ(observed_->rate_sources().size(), 1U);
  providers::RateSource* const rates = observed_->rate_sources().front();
  EXPECT_EQ(rates->name(), "rates");
  EXPECT_FALSE(
      test::run(loop_, rates->read(Currency::USD, Currency::EUR, std::chrono::seconds(1))));
  EXPECT_EQ(calls("health", "report"), "1");
  EXPECT_EQ(calls("fees", "answered"), "1");
  EXPECT_EQ(calls("rates", "unanswered", "rates", "rates"), "1");
}

TEST_F(ProviderCallsTest, KnowsTheSameProviders) {
  EXPECT_EQ(observed_->leg(ProviderKind::offramp, "in"), nullptr);
  EXPECT_EQ(observed_->leg(ProviderKind::rates, "rates"), nullptr);
}

}  // namespace
}  // namespace remit::metrics
