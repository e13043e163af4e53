// Events on their way to endpoints, in the database.
#include <boost/asio/co_spawn.hpp>

#include "delivery_fixture.hpp"

namespace remit::webhooks {
namespace {

using remit::test::PostgresSession;

class FanOutTest : public test::DeliveryTest {};

TEST_F(FanOutTest, AnEndpointIsGivenWhatItWants) {
  make_endpoint({"payment.completed", "wallet.*"});
  happen("payment.accepted");
  happen("payment.completed");
  happen("wallet.updated");
  const FanOutEvents::Output given = fan_out();
  EXPECT_TRUE(given.is_ours);
  EXPECT_EQ(given.events, 3);
  EXPECT_EQ(given.deliveries, 2);
  EXPECT_EQ(deliveries(), "2 pending 0, 3 pending 0");
}

TEST_F(FanOutTest, AnEventIsGivenOnce) {
  make_endpoint();
  happen("payment.accepted", 3);
  EXPECT_EQ(fan_out().deliveries, 3);
  EXPECT_EQ(fan_out().deliveries, 0);
  happen("payment.accepted");
  EXPECT_EQ(fan_out().deliveries, 1);
}

TEST_F(FanOutTest, EachEndpointIsGivenItsOwn) {
  make_endpoint();
  make_endpoint();
  make_endpoint({"refund.*"});
  happen("payment.accepted", 2);
  EXPECT_EQ(fan_out().deliveries, 4);
}

TEST_F(FanOutTest, ANewEndpointBeginsWithTheEventsAfterIt) {
  make_endpoint();
  happen("payment.accepted", 2);
  const Uuid second = make_endpoint();
  happen("payment.accepted");
  EXPECT_EQ(fan_out().deliveries, 4) << "the first was not given its two before";
  EXPECT_EQ(sequences(claim(second)), std::vector<std::int64_t>{3});
}

TEST_F(FanOutTest, TheFirstEndpointOfATenantBeginsWithTheEventsAfterIt) {
  happen("payment.accepted", 2);
  make_endpoint();
  EXPECT_EQ(fan_out().deliveries, 0);
  happen("payment.accepted");
  EXPECT_EQ(fan_out().deliveries, 1);
}

TEST_F(FanOutTest, ATenantWithoutEndpointsHasNoCursor) {
  const Uuid endpoint = make_endpoint();
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_cursor"), "1");
  ASSERT_TRUE(remit::test::run(loop_, service_.remove(kTenant, endpoint)));
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_cursor"), "0");
  happen("payment.accepted");
  EXPECT_FALSE(run<LookForNews>({owner_, Duration{0}})->has_news);
}

TEST_F(FanOutTest, ADisabledEndpointIsNotGivenWhatHappensMeanwhile) {
  const Uuid endpoint = make_endpoint();
  enable(endpoint, false);
  happen("payment.accepted", 2);
  EXPECT_EQ(fan_out().deliveries, 0);
  enable(endpoint, true);
  happen("payment.accepted");
  fan_out();
  EXPECT_EQ(deliveries(), "3 pending 0");
}

TEST_F(FanOutTest, OneWhoseTurnItIsNotGivesNothing) {
  make_endpoint();
  happen("payment.accepted");
  ASSERT_TRUE(run<FanOutEvents>(turn(ids_.next())));
  happen("payment.accepted");
  const FanOutEvents::Output refused = fan_out();
  EXPECT_FALSE(refused.is_ours);
  EXPECT_EQ(refused.deliveries, 0);
  EXPECT_EQ(deliveries(), "1 pending 0");
}

TEST_F(FanOutTest, ATurnThatHasEndedIsTakenOverAndItsOwnerGivesNothingMore) {
  make_endpoint();
  FanOutEvents::Input first = turn(owner_);
  first.lease = Duration{0};
  ASSERT_TRUE(run<FanOutEvents>(first)->is_ours);
  const Uuid other = ids_.next();
  happen("payment.accepted");
  EXPECT_EQ(run<FanOutEvents>(turn(other))->deliveries, 1);
  EXPECT_FALSE(fan_out().is_ours);
  ASSERT_TRUE(run<LeaveFanOut>({other}));
  EXPECT_TRUE(fan_out().is_ours);
}

// Killed between the two statements: neither the deliveries nor the cursor are there.
TEST_F(FanOutTest, ACrashBetweenDeliveriesAndCursorLosesNothing) {
  make_endpoint();
  happen("payment.accepted", 3);
  sql("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
      "'killed'; END $$; CREATE TRIGGER refuse BEFORE UPDATE OF sequence ON webhook_cursor "
      "FOR EACH ROW EXECUTE FUNCTION refuse()");
  EXPECT_FALSE(run<FanOutEvents>(turn(owner_)));
  EXPECT_EQ(deliveries(), "");
  sql("DROP TRIGGER refuse ON webhook_cursor");
  EXPECT_EQ(fan_out().deliveries, 3);
}

TEST_F(FanOutTest, AnEndpointThatIsMadeMeanwhileIsMadeBeforeOrAfter) {
  make_endpoint();
  happen("payment.accepted");
  PostgresSession making(url_);
  making.query("BEGIN; UPDATE webhook_cursor SET version = version + 1");
  EXPECT_FALSE(run<FanOutEvents>(turn(owner_))) << "it waits for the lock";
  making.query("COMMIT");
  EXPECT_EQ(fan_out().deliveries, 1);
}

TEST_F(FanOutTest, ManyEventsAndTenantsTakeSeveralTurns) {
  sql("INSERT INTO tenant (tenant_id, name, home, spread, created_at)"
      " SELECT i, 'tenant ' || i, i, 1, now() FROM generate_series(2, 6) i");
  FanOutEvents::Input input = turn(owner_);
  input.tenants = 2;
  input.events = 2;
  for (int i = 2; i <= 6; ++i) {
    const Tenant tenant(TenantId(i), Bucket(i), 1);
    make_endpoint({"payment.*"}, tenant);
    happen("payment.accepted", 5, tenant);
  }
  std::int64_t given = 0;
  int turns = 0;
  FanOutEvents::Output output;
  do {
    output = run<FanOutEvents>(input).value();
    given += output.deliveries;
    input.after = output.last_tenant;
  } while (output.has_more && ++turns < 100);
  EXPECT_EQ(given, 25);
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_delivery"), "25");
  EXPECT_GT(turns, 4);
}

TEST_F(FanOutTest, EveryDeliveryHasAnIdOfItsOwnThatIsTheSameWheneverItIsMade) {
  make_endpoint();
  make_endpoint();
  happen("payment.accepted", 3);
  fan_out();
  EXPECT_EQ(sql("SELECT count(DISTINCT delivery_id) FROM webhook_delivery"), "6");
  const std::string ids =
      sql("SELECT string_agg(delivery_id::text, ' ' ORDER BY delivery_id)"
          " FROM webhook_delivery");
  sql("DELETE FROM webhook_delivery; UPDATE webhook_cursor SET sequence = 0");
  fan_out();
  EXPECT_EQ(sql("SELECT string_agg(delivery_id::text, ' ' ORDER BY delivery_id)"
                " FROM webhook_delivery"),
            ids);
}

// Two requests at the same moment, each of which counts 49 before the other has written.
TEST_F(FanOutTest, NoTenantHasMoreThanFiftyEndpoints) {
  for (int i = 0; i < 49; ++i) make_endpoint();
  PostgresSession making(url_);
  making.query("BEGIN; UPDATE webhook_cursor SET version = version + 1");
  making.query(
      "CREATE TEMP TABLE twin AS SELECT * FROM webhook_endpoint LIMIT 1;"
      "UPDATE twin SET endpoint_id = gen_random_uuid();"
      "INSERT INTO webhook_endpoint SELECT * FROM twin");
  EndpointWish wish;
  wish.url = url_of_receiver_;
  wish.events = {"payment.*"};
  std::optional<Result<NewSecret>> made;
  boost::asio::co_spawn(
      loop_, service_.create(kTenant, wish, KeyKind::shared),
      [&](const std::exception_ptr&, Result<NewSecret> result) { made = std::move(result); });
  loop_.restart();
  loop_.run_for(std::chrono::milliseconds(200));
  EXPECT_FALSE(made) << "it waits until the other has counted";
  making.query("COMMIT");
  remit::test::run_until(loop_, [&] { return made.has_value(); });
  ASSERT_FALSE(*made);
  EXPECT_EQ(made->error().code, kTooManyEndpoints);
}

}  // namespace
}  // namespace remit::webhooks
