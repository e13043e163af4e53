// What is old, and what is sealed with an old key.
#include "remit/webhooks/upkeep.hpp"

#include "delivery_fixture.hpp"
#include "support/manual_alarms.hpp"

namespace remit::webhooks {
namespace {

using remit::test::run_until;

class UpkeepTest : public test::DeliveryTest {
 protected:
  /// One turn, with these keys.
  void keep(const std::string& keys, bool is_here = true) {
    EndpointService service(lanes_, ids_, KeyRing::parse(keys).value(), {});
    Upkeep upkeep(context_, {lanes_, service, [&] { return is_here; }}, {.batch = 3});
    upkeep.job().start();
    // It rests when it is done.
    for (int i = 0; i < 200 && !is_resting(); ++i) {
      loop_.restart();
      loop_.run_for(std::chrono::milliseconds(5));
    }
    upkeep.job().stop();
    run_until(loop_, [&] { return upkeep.job().has_ended(); });
  }
  [[nodiscard]] bool is_resting() const { return alarms_.waiting() > 0; }
  static std::string key(char of) { return base64_encode(std::string(32, of)); }
  std::string count() { return sql("SELECT count(*) FROM webhook_delivery"); }

  remit::test::ManualClock clock_{Timestamp{}};
  remit::test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  jobs::Context context_{loop_.get_executor(), alarms_, clock_};
};

TEST_F(UpkeepTest, OldDeliveriesAreRemoved) {
  make_endpoint();
  make_endpoint();
  happen("payment.accepted", 10);
  fan_out();
  sql("UPDATE webhook_delivery SET updated_at = now() - interval '31 days' WHERE sequence <= 8");
  keep(key('a'));
  EXPECT_EQ(count(), "4");
  EXPECT_EQ(sql("SELECT min(sequence) FROM webhook_delivery"), "9");
}

TEST_F(UpkeepTest, ADeletedEndpointsDeliveriesAreRemoved) {
  const Uuid first = make_endpoint();
  make_endpoint();
  happen("payment.accepted", 7);
  fan_out();
  ASSERT_TRUE(remit::test::run(loop_, service_.remove(kTenant, first)));
  keep(key('a'));
  EXPECT_EQ(count(), "7");
}

TEST_F(UpkeepTest, AnInstanceWithoutTheTurnRemovesNothing) {
  const Uuid endpoint = make_endpoint();
  happen("payment.accepted");
  fan_out();
  ASSERT_TRUE(remit::test::run(loop_, service_.remove(kTenant, endpoint)));
  keep(key('a'), false);
  EXPECT_EQ(count(), "1");
}

TEST_F(UpkeepTest, SecretsWhoseGracePeriodHasEndedAreForgotten) {
  const Uuid first = make_endpoint();
  const Uuid second = make_endpoint();
  for (const Uuid& endpoint : {first, second}) {
    ASSERT_TRUE(remit::test::run(
        loop_, service_.rotate(kTenant, endpoint, std::chrono::hours(1), std::nullopt)));
  }
  sql("UPDATE webhook_endpoint SET previous_until = now() WHERE endpoint_id = '" +
      first.to_string() + "'");
  keep(key('a'));
  EXPECT_EQ(sql("SELECT endpoint_id FROM webhook_endpoint WHERE previous_secret IS NOT NULL"),
            second.to_string());
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_endpoint WHERE previous_secret IS NOT NULL"), "1");
}

TEST_F(UpkeepTest, SecretsAreSealedWithTheNewestKey) {
  std::vector<Uuid> endpoints;
  for (int i = 0; i < 5; ++i) endpoints.push_back(make_endpoint());
  EndpointWish wish;
  wish.headers = std::vector<net::Header>{{"Authorization", "Bearer s3cret"}};
  ASSERT_TRUE(remit::test::run(loop_, service_.change(kTenant, endpoints[0], wish)));
  const auto before = remit::test::run(loop_, service_.destination(kTenant, endpoints[0])).value();
  keep(key('b') + "," + key('a'));
  EndpointService without_the_old(lanes_, ids_, KeyRing::parse(key('b')).value(), {});
  for (const Uuid& endpoint : endpoints) {
    const auto opened = remit::test::run(loop_, without_the_old.destination(kTenant, endpoint));
    ASSERT_TRUE(opened) << opened.error().detail;
  }
  const auto after =
      remit::test::run(loop_, without_the_old.destination(kTenant, endpoints[0])).value();
  EXPECT_EQ(after.keys, before.keys);
  ASSERT_EQ(after.headers.size(), 1U);
  EXPECT_EQ(after.headers[0].value, "Bearer s3cret");
  const std::string rows = sql("SELECT string_agg(secret, ' ') FROM webhook_endpoint");
  keep(key('b') + "," + key('a'));
  EXPECT_EQ(sql("SELECT string_agg(secret, ' ') FROM webhook_endpoint"), rows) << "once";
}

TEST_F(UpkeepTest, ASecretThatDoesNotOpenStaysAsItIs) {
  make_endpoint();
  const std::string rows = sql("SELECT secret FROM webhook_endpoint");
  keep(key('b'));
  EXPECT_EQ(sql("SELECT secret FROM webhook_endpoint"), rows);
}

TEST_F(UpkeepTest, ASecretThatWasRotatedMeanwhileIsNotSealedOver) {
  const Uuid endpoint = make_endpoint();
  const auto rows = run<ListSealed>({.after = {}, .limit = 10}).value();
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_TRUE(remit::test::run(
      loop_, service_.rotate(kTenant, endpoint, std::chrono::hours(0), std::nullopt)));
  SealedTexts other = rows[0].texts;
  other.secret = "sealed again";
  EXPECT_FALSE(
      run<ResealEndpoint>({.endpoint = rows[0].endpoint, .before = rows[0].texts, .after = other})
          .value());
  EXPECT_TRUE(remit::test::run(loop_, service_.destination(kTenant, endpoint)));
}

}  // namespace
}  // namespace remit::webhooks
