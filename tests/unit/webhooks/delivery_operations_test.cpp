// What tenants ask about their deliveries, in the database.
#include "remit/webhooks/delivery_operations.hpp"

#include "delivery_fixture.hpp"

namespace remit::webhooks {
namespace {

using Numbers = std::vector<std::int64_t>;
using testing::SizeIs;

class DeliveryOperationsTest : public test::DeliveryTest {
 protected:
  void SetUp() override {
    endpoint_ = make_endpoint();
    happen("payment.accepted", 5);
    fan_out();
  }
  void save(std::int64_t most, DeliveryState state) {
    for (const ClaimedDelivery& one : claim(endpoint_, most).deliveries) {
      SaveAttempt::Input input = attempt(endpoint_, one, state);
      input.answer = "the answer";
      ASSERT_TRUE(run<SaveAttempt>(input).value());
    }
  }
  Numbers list(ListDeliveries::Input input) {
    input.endpoint = {.tenant = kTenant, .id = endpoint_};
    Numbers numbers;
    for (const Delivery& one : run<ListDeliveries>(input).value().value()) {
      numbers.push_back(one.sequence);
    }
    return numbers;
  }
  static ListDeliveries::Input all() {
    return {.endpoint = {.tenant = kTenant, .id = {}}, .limit = 100, .state = {}, .before = {}};
  }
  DeliveryId delivery(std::int64_t sequence) {
    const std::string id = sql("SELECT delivery_id FROM webhook_delivery WHERE sequence = " +
                               std::to_string(sequence));
    return {.tenant = kTenant, .id = Uuid::parse(id).value()};
  }
  ReplayEvents::Input replay(Timestamp since = Timestamp{}) const {
    return {.endpoint = {.tenant = kTenant, .id = endpoint_},
            .since = since,
            .after = 0,
            .events = 1'000};
  }

  Uuid endpoint_;
};

TEST_F(DeliveryOperationsTest, TheNewestAreListedFirst) {
  EXPECT_EQ(list(all()), (Numbers{5, 4, 3, 2, 1}));
  ListDeliveries::Input page = all();
  page.limit = 2;
  EXPECT_EQ(list(page), (Numbers{5, 4}));
  page.before = 4;
  EXPECT_EQ(list(page), (Numbers{3, 2}));
}

TEST_F(DeliveryOperationsTest, AListMayBeOfOneState) {
  save(2, DeliveryState::delivered);
  save(1, DeliveryState::dead_lettered);
  ListDeliveries::Input some = all();
  some.state = DeliveryState::delivered;
  EXPECT_EQ(list(some), (Numbers{2, 1}));
  some.state = DeliveryState::dead_lettered;
  EXPECT_EQ(list(some), Numbers{3});
  some.state = DeliveryState::pending;
  EXPECT_EQ(list(some), (Numbers{5, 4}));
}

TEST_F(DeliveryOperationsTest, AnswersAreShownWhenTheyAreAskedFor) {
  save(1, DeliveryState::delivered);
  EXPECT_FALSE(run<FindDelivery>({.which = delivery(1)})->value().answer);
  const Delivery found = run<FindDelivery>({.which = delivery(1), .with_answer = true})->value();
  EXPECT_EQ(found.answer, "the answer");
  EXPECT_EQ(found.state, DeliveryState::delivered);
  EXPECT_EQ(found.attempts, 1);
  EXPECT_FALSE(found.due_at);
  EXPECT_TRUE(found.last_attempt_at);
  EXPECT_FALSE(run<FindDelivery>({.which = delivery(2), .with_answer = true})->value().answer);
}

TEST_F(DeliveryOperationsTest, AnotherTenantFindsNothing) {
  const DeliveryId others = {.tenant = kOtherTenant, .id = delivery(1).id};
  EXPECT_FALSE(run<FindDelivery>({.which = others}).value());
  EXPECT_FALSE(run<RedeliverEvent>(others).value());
  ListDeliveries::Input list = all();
  list.endpoint = {.tenant = kOtherTenant, .id = endpoint_};
  EXPECT_FALSE(run<ListDeliveries>(list).value());
  ReplayEvents::Input input = replay();
  input.endpoint.tenant = kOtherTenant;
  EXPECT_EQ(run<ReplayEvents>(input).error().code, kEndpointNotFound);
}

TEST_F(DeliveryOperationsTest, ADeletedEndpointsDeliveriesAreNotShown) {
  const DeliveryId first = delivery(1);
  ASSERT_TRUE(remit::test::run(loop_, service_.remove(kTenant, endpoint_)));
  EXPECT_FALSE(run<FindDelivery>({.which = first}).value());
  EXPECT_FALSE(run<RedeliverEvent>(first).value());
}

TEST_F(DeliveryOperationsTest, ARedeliveryHasItsWholeScheduleBeforeItAndTheSameId) {
  save(5, DeliveryState::dead_lettered);
  const DeliveryId second = delivery(2);
  const Delivery begun = run<RedeliverEvent>(second)->value();
  EXPECT_EQ(begun.state, DeliveryState::pending);
  EXPECT_EQ(begun.attempts, 0);
  EXPECT_EQ(begun.id, second.id);
  const ClaimDeliveries::Output claimed = claim(endpoint_);
  EXPECT_EQ(sequences(claimed), Numbers{2});
  EXPECT_EQ(outbox::event_id(claimed.deliveries[0].event.value()), "evt_1_2");
}

TEST_F(DeliveryOperationsTest, ARedeliveryOfAPendingOneIsDueNow) {
  SaveAttempt::Input failed =
      attempt(endpoint_, claim(endpoint_, 1).deliveries.at(0), DeliveryState::pending);
  failed.pause = std::chrono::hours(5);
  ASSERT_TRUE(run<SaveAttempt>(failed).value());
  EXPECT_EQ(run<RedeliverEvent>(delivery(1))->value().attempts, 1) << "where it was";
  EXPECT_THAT(sequences(claim(endpoint_)), testing::Contains(1));
}

TEST_F(DeliveryOperationsTest, OneThatIsBeingAttemptedStaysAsItIs) {
  const ClaimedDelivery claimed = claim(endpoint_, 1).deliveries.at(0);
  EXPECT_EQ(run<RedeliverEvent>(delivery(1))->value().state, DeliveryState::pending);
  EXPECT_TRUE(run<SaveAttempt>(attempt(endpoint_, claimed, DeliveryState::delivered)).value());
}

TEST_F(DeliveryOperationsTest, ADisabledEndpointIsSentNothingAnew) {
  save(5, DeliveryState::delivered);
  enable(endpoint_, false);
  EXPECT_EQ(run<RedeliverEvent>(delivery(1)).error().code, kEndpointDisabled);
  EXPECT_EQ(run<ReplayEvents>(replay()).error().code, kEndpointDisabled);
}

TEST_F(DeliveryOperationsTest, AReplayBeginsAllThatAreNotPending) {
  save(2, DeliveryState::delivered);
  save(1, DeliveryState::dead_lettered);
  const ReplayEvents::Output begun = run<ReplayEvents>(replay()).value();
  EXPECT_EQ(begun.begun, 3);
  EXPECT_FALSE(begun.has_more);
  EXPECT_EQ(run<ReplayEvents>(replay())->begun, 0) << "they are pending now";
  EXPECT_THAT(claim(endpoint_).deliveries, SizeIs(5));
}

TEST_F(DeliveryOperationsTest, AReplayIsAlsoOfWhatTheEndpointNeverHad) {
  const Uuid second = make_endpoint();
  ReplayEvents::Input input = replay();
  input.endpoint.id = second;
  EXPECT_EQ(run<ReplayEvents>(input)->begun, 5);
  EXPECT_EQ(sequences(claim(second)), (Numbers{1, 2, 3, 4, 5}));
}

TEST_F(DeliveryOperationsTest, AReplayBeginsAtItsTime) {
  save(5, DeliveryState::delivered);
  const Timestamp future = Timestamp(std::chrono::sys_days(std::chrono::year(2100) / 1 / 1));
  EXPECT_EQ(run<ReplayEvents>(replay(future))->begun, 0);
}

TEST_F(DeliveryOperationsTest, AReplayGoesOnWhereItEnded) {
  save(5, DeliveryState::delivered);
  ReplayEvents::Input input = replay();
  input.events = 1;
  std::int64_t begun = 0;
  int pages = 0;
  ReplayEvents::Output output;
  do {
    output = run<ReplayEvents>(input).value();
    begun += output.begun;
    input.after = output.seen;
  } while (output.has_more && ++pages < 100);
  EXPECT_EQ(begun, 5);
  EXPECT_GT(pages, 0);
}

TEST_F(DeliveryOperationsTest, AReplayLeavesEventsThatAreStillToBeGivenToTheFanOut) {
  save(5, DeliveryState::delivered);
  happen("payment.accepted", 2);
  EXPECT_EQ(run<ReplayEvents>(replay())->begun, 5);
  EXPECT_EQ(fan_out().deliveries, 2);
}

}  // namespace
}  // namespace remit::webhooks
