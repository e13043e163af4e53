// Deliveries that are claimed, attempted and saved, in the database.
#include "delivery_fixture.hpp"

namespace remit::webhooks {
namespace {

using remit::test::PostgresSession;
using Numbers = std::vector<std::int64_t>;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CourierOperationsTest : public test::DeliveryTest {
 protected:
  /// With so many deliveries that are due.
  Uuid endpoint_with(int count) {
    const Uuid endpoint = make_endpoint();
    happen("payment.accepted", count);
    fan_out();
    return endpoint;
  }
  bool save(SaveAttempt::Input input) { return run<SaveAttempt>(std::move(input)).value(); }
};

TEST_F(CourierOperationsTest, TheLowestNumbersAreClaimedFirst) {
  const Uuid endpoint = endpoint_with(5);
  EXPECT_EQ(sequences(claim(endpoint, 2)), (Numbers{1, 2}));
  EXPECT_EQ(sequences(claim(endpoint, 2)), (Numbers{3, 4}));
  EXPECT_EQ(sequences(claim(endpoint)), Numbers{5});
  EXPECT_EQ(sequences(claim(endpoint)), Numbers{});
}

TEST_F(CourierOperationsTest, AClaimHasWhatIsToBeSent) {
  const Uuid endpoint = endpoint_with(1);
  const ClaimDeliveries::Output claimed = claim(endpoint);
  ASSERT_TRUE(claimed.destination);
  EXPECT_EQ(claimed.destination->url, url_of_receiver_);
  EXPECT_THAT(claimed.destination->secrets, SizeIs(1));
  ASSERT_THAT(claimed.deliveries, SizeIs(1));
  const ClaimedDelivery& one = claimed.deliveries.front();
  ASSERT_TRUE(one.event);
  EXPECT_EQ(one.event->type, "payment.accepted");
  EXPECT_EQ(outbox::event_id(*one.event), "evt_1_1");
  EXPECT_EQ(one.attempts, 0);
}

TEST_F(CourierOperationsTest, AnEventThatIsGoneIsClaimedWithoutOne) {
  const Uuid endpoint = endpoint_with(2);
  sql("DELETE FROM event_range WHERE first_sequence = 1");
  const ClaimDeliveries::Output claimed = claim(endpoint);
  ASSERT_THAT(claimed.deliveries, SizeIs(2));
  EXPECT_FALSE(claimed.deliveries[0].event);
  EXPECT_TRUE(claimed.deliveries[1].event);
}

TEST_F(CourierOperationsTest, ALeaseThatHasEndedIsAnothersToClaim) {
  const Uuid endpoint = endpoint_with(1);
  const ClaimedDelivery first = claim(endpoint, 1, Duration{0}).deliveries.at(0);
  const ClaimedDelivery second = claim(endpoint).deliveries.at(0);
  EXPECT_GT(second.version, first.version);
  EXPECT_FALSE(save(attempt(endpoint, first, DeliveryState::dead_lettered))) << "it is too late";
  EXPECT_EQ(deliveries(), "1 pending 0");
  EXPECT_TRUE(save(attempt(endpoint, second, DeliveryState::delivered)));
  EXPECT_FALSE(save(attempt(endpoint, first, DeliveryState::dead_lettered)));
  EXPECT_EQ(deliveries(), "1 delivered 1");
}

TEST_F(CourierOperationsTest, AnAttemptIsSavedOnceWhenItsAnswerIsLost) {
  const Uuid endpoint = endpoint_with(1);
  const ClaimedDelivery claimed = claim(endpoint).deliveries.at(0);
  EXPECT_TRUE(save(attempt(endpoint, claimed, DeliveryState::delivered)));
  EXPECT_FALSE(save(attempt(endpoint, claimed, DeliveryState::delivered)));
  EXPECT_EQ(deliveries(), "1 delivered 1");
}

TEST_F(CourierOperationsTest, AFailedAttemptIsDueAgainLater) {
  const Uuid endpoint = endpoint_with(2);
  SaveAttempt::Input failed =
      attempt(endpoint, claim(endpoint, 1).deliveries.at(0), DeliveryState::pending);
  failed.pause = std::chrono::hours(1);
  failed.status = 503;
  failed.answer = "busy";
  EXPECT_TRUE(save(failed));
  EXPECT_EQ(sequences(claim(endpoint)), Numbers{2});
  EXPECT_EQ(sql("SELECT last_status || ' ' || answer || ' ' || (due_at > now() + interval '59 min')"
                " FROM webhook_delivery WHERE sequence = 1"),
            "503 busy true");
  sql("UPDATE webhook_delivery SET due_at = now() WHERE sequence = 1");
  const ClaimDeliveries::Output again = claim(endpoint);
  ASSERT_EQ(sequences(again), Numbers{1});
  EXPECT_EQ(again.deliveries[0].attempts, 1);
}

TEST_F(CourierOperationsTest, ADeadLetterThatWasNeverSentHasNoAttempt) {
  const Uuid endpoint = endpoint_with(1);
  SaveAttempt::Input gone =
      attempt(endpoint, claim(endpoint).deliveries.at(0), DeliveryState::dead_lettered);
  gone.was_made = false;
  gone.error = "the event is no longer kept";
  EXPECT_TRUE(save(gone));
  EXPECT_EQ(deliveries(), "1 dead_lettered 0");
}

TEST_F(CourierOperationsTest, AReleasedDeliveryIsFreeAtOnce) {
  const Uuid endpoint = endpoint_with(2);
  const ClaimDeliveries::Output claimed = claim(endpoint);
  for (const ClaimedDelivery& one : claimed.deliveries) {
    ASSERT_TRUE(run<ReleaseDelivery>(
        {.which = {.tenant = kTenant, .endpoint = endpoint, .sequence = one.sequence},
         .version = one.version}));
  }
  EXPECT_FALSE(save(attempt(endpoint, claimed.deliveries[0], DeliveryState::delivered)));
  EXPECT_EQ(sequences(claim(endpoint)), (Numbers{1, 2}));
}

TEST_F(CourierOperationsTest, TwoClaimsAtTheSameTimeNeitherWaitNorShare) {
  const Uuid endpoint = endpoint_with(4);
  PostgresSession other(url_);
  other.query("BEGIN; SELECT 1 FROM webhook_delivery WHERE sequence IN (1, 3) FOR UPDATE");
  EXPECT_EQ(sequences(claim(endpoint)), (Numbers{2, 4}));
  other.query("COMMIT");
  EXPECT_EQ(sequences(claim(endpoint)), (Numbers{1, 3}));
}

TEST_F(CourierOperationsTest, ADisabledEndpointIsSentNothingUntilItIsEnabled) {
  const Uuid endpoint = endpoint_with(2);
  enable(endpoint, false);
  EXPECT_THAT(run<LookForDeliveries>({}).value(), IsEmpty());
  EXPECT_EQ(sequences(claim(endpoint)), Numbers{});
  enable(endpoint, true);
  EXPECT_THAT(run<LookForDeliveries>({}).value(), SizeIs(1));
  EXPECT_EQ(sequences(claim(endpoint)), (Numbers{1, 2}));
}

TEST_F(CourierOperationsTest, ALookFindsEachEndpointWithWorkOnce) {
  const Uuid first = make_endpoint();
  const Uuid second = make_endpoint();
  make_endpoint({"refund.*"});
  EndpointWish wish;
  wish.max_per_second = 7;
  ASSERT_TRUE(remit::test::run(loop_, service_.change(kTenant, second, wish)));
  happen("payment.accepted", 20);
  fan_out();
  const auto lines = run<LookForDeliveries>({}).value();
  ASSERT_THAT(lines, SizeIs(2));
  for (const DueLine& line : lines) {
    EXPECT_TRUE(line.endpoint.id == first || line.endpoint.id == second);
    EXPECT_EQ(line.max_per_second, line.endpoint.id == second ? 7 : 0);
    EXPECT_EQ(line.endpoint.tenant.home(), kTenant.home());
    EXPECT_LE(line.due_in, Duration{0});
  }
}

TEST_F(CourierOperationsTest, AnEndpointThatIsGoneIsDisabledAndThatIsAnEvent) {
  const Uuid endpoint = endpoint_with(2);
  const Uuid listener = make_endpoint({"webhook_endpoint.*"});
  SaveAttempt::Input gone =
      attempt(endpoint, claim(endpoint, 1).deliveries.at(0), DeliveryState::dead_lettered);
  gone.status = 410;
  gone.gone_url = url_of_receiver_;
  EXPECT_TRUE(save(gone));
  EXPECT_EQ(remit::test::run(loop_, service_.find(kTenant, endpoint)).value().disabled_reason,
            "gone");
  number();
  fan_out();
  const ClaimDeliveries::Output told = claim(listener);
  ASSERT_THAT(told.deliveries, SizeIs(1));
  const outbox::Event& event = told.deliveries[0].event.value();
  EXPECT_EQ(event.type, "webhook_endpoint.disabled");
  EXPECT_EQ(event.resource, "/webhook-endpoints/" + endpoint.to_string());
  EXPECT_THAT(event.data, HasSubstr(R"("disabled_reason":"gone")"));
  EXPECT_EQ(event.changes, R"({"enabled":[true,false]})");
  EXPECT_EQ(sequences(claim(endpoint)), Numbers{}) << "the others wait";
}

TEST_F(CourierOperationsTest, AnEndpointThatHasMovedMeanwhileStaysEnabled) {
  const Uuid endpoint = endpoint_with(1);
  SaveAttempt::Input gone =
      attempt(endpoint, claim(endpoint).deliveries.at(0), DeliveryState::dead_lettered);
  gone.gone_url = "https://shop.example/where-it-was";
  EXPECT_TRUE(save(gone));
  EXPECT_EQ(remit::test::run(loop_, service_.find(kTenant, endpoint)).value().disabled_reason, "");
  EXPECT_EQ(sql("SELECT count(*) FROM event_unnumbered"), "0");
}

TEST_F(CourierOperationsTest, ALateHolderDisablesNothing) {
  const Uuid endpoint = endpoint_with(1);
  SaveAttempt::Input gone = attempt(endpoint, claim(endpoint, 1, Duration{0}).deliveries.at(0),
                                    DeliveryState::dead_lettered);
  gone.gone_url = url_of_receiver_;
  claim(endpoint);
  EXPECT_FALSE(save(gone));
  EXPECT_EQ(remit::test::run(loop_, service_.find(kTenant, endpoint)).value().disabled_reason, "");
}

}  // namespace
}  // namespace remit::webhooks
