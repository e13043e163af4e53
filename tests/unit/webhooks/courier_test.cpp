// Deliveries to receivers of the test's own, with a database of its own.
#include "remit/webhooks/courier.hpp"

#include <condition_variable>
#include <mutex>

#include "delivery_fixture.hpp"
#include "support/scripted_peer.hpp"

namespace remit::webhooks {
namespace {

using namespace std::chrono_literals;
using remit::test::RawSocket;
using remit::test::run_until;

/// Takes deliveries, and answers all of them alike.
class Receiver {
 public:
  /// Hangs: requests are read and not answered.
  explicit Receiver(bool hangs = false) : hangs_(hangs) {}

  [[nodiscard]] std::string url() const { return peer_.url() + "/hooks"; }
  /// Requests that come are read, and answered once `go_on` is called.
  void pause() {
    const std::lock_guard lock(mutex_);
    is_paused_ = true;
  }
  void go_on() {
    const std::lock_guard lock(mutex_);
    is_paused_ = false;
    changed_.notify_all();
  }
  void answer(const std::string& answer) {
    const std::lock_guard lock(mutex_);
    answer_ = answer;
  }
  /// By `webhook-id`, in the order of their arrival.
  [[nodiscard]] std::vector<std::string> ids() {
    const std::lock_guard lock(mutex_);
    return ids_;
  }
  [[nodiscard]] std::size_t count() { return ids().size(); }

 private:
  void take(RawSocket& socket) {
    for (;;) {
      const std::string request = socket.read_request();
      if (request.empty()) return;
      const std::string name = "webhook-id: ";
      const std::size_t at = request.find(name) + name.size();
      std::string answer;
      {
        std::unique_lock lock(mutex_);
        ids_.push_back(request.substr(at, request.find('\r', at) - at));
        changed_.wait(lock, [this] { return !is_paused_; });
        answer = answer_;
      }
      if (hangs_) {
        socket.read_to_end();
        return;
      }
      socket.send(answer);
    }
  }

  const bool hangs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_paused_ = false;
  std::string answer_ = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  std::vector<std::string> ids_;
  remit::test::ScriptedPeer peer_{
      [this](RawSocket& socket, std::size_t /*number*/) { take(socket); }};
};

class CourierTest : public test::DeliveryTest {
 protected:
  ~CourierTest() override {
    courier_.stop();
    sender_.close();
    run_until(loop_, [&] { return courier_.job().has_ended(); });
  }

  Uuid make_endpoint_at(const Receiver& receiver) {
    url_of_receiver_ = receiver.url();
    return make_endpoint();
  }
  void start() { courier_.job().start(); }
  void await_delivered(std::int64_t count) {
    run_until(loop_, [&] { return courier_.statistics().delivered == count; });
  }
  void await_dead(std::int64_t count) {
    run_until(loop_, [&] { return courier_.statistics().dead_lettered == count; });
  }
  Receiver& make_receiver(bool hangs = false) {
    return *receivers_.emplace_back(std::make_unique<Receiver>(hangs));
  }

  /// They end after the connections to them.
  std::vector<std::unique_ptr<Receiver>> receivers_;

  AsioAlarmFactory alarms_{loop_.get_executor()};
  SystemClock clock_;
  jobs::Context context_{loop_.get_executor(), alarms_, clock_};
  Sender sender_{
      loop_.get_executor(), clock_, {.timeout = 2s, .allow_private_networks = true, .ca_file = {}}};
  EndpointService open_{lanes_,
                        ids_,
                        KeyRing::parse(base64_encode(std::string(32, 'a'))).value(),
                        {.allow_private_networks = true}};
  Courier courier_{context_,
                   {lanes_, open_, sender_, ids_},
                   {.schedule = {0s, 300ms, 600ms}, .timeout = 2s, .other_places = 4, .fresh = 0s}};
};

TEST_F(CourierTest, CarriesEverythingOnceAndBeginsItInOrder) {
  Receiver& shop = make_receiver();
  make_endpoint_at(shop);
  happen("payment.accepted", 100);
  fan_out();
  start();
  await_delivered(100);
  EXPECT_EQ(shop.count(), 100U);
  EXPECT_EQ(shop.ids().front(), "evt_1_1");
  const CourierStatistics now = courier_.statistics();
  EXPECT_EQ(now.delivered, 100);
  EXPECT_EQ(now.failed + now.dead_lettered + now.unsaved, 0);
  EXPECT_EQ(now.in_flight, 0);
}

TEST_F(CourierTest, AFailureIsTriedAgainByTheScheduleAndThenADeadLetter) {
  Receiver& shop = make_receiver();
  shop.answer("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops");
  make_endpoint_at(shop);
  happen("payment.accepted", 2);
  fan_out();
  start();
  await_dead(2);
  EXPECT_EQ(deliveries(), "1 dead_lettered 3, 2 dead_lettered 3");
  EXPECT_EQ(shop.count(), 6U);
  EXPECT_EQ(sql("SELECT answer FROM webhook_delivery LIMIT 1"), "oops");
  EXPECT_EQ(courier_.statistics().failed, 4);
}

TEST_F(CourierTest, AFailingEndpointIsSentInOrder) {
  Receiver& shop = make_receiver();
  shop.answer("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n");
  make_endpoint_at(shop);
  happen("payment.accepted", 5);
  fan_out();
  start();
  run_until(loop_, [&] { return shop.count() >= 5; });
  EXPECT_THAT(shop.ids(),
              testing::ElementsAre("evt_1_1", "evt_1_2", "evt_1_3", "evt_1_4", "evt_1_5"))
      << "Retry-After is no longer than the longest pause of the schedule";
}

TEST_F(CourierTest, AnEndpointThatHangsTakesNoOthersPlaces) {
  Receiver& hanging = make_receiver(true);
  make_endpoint_at(hanging);
  for (int i = 0; i < 5; ++i) make_endpoint_at(make_receiver());
  happen("payment.accepted", 50);
  fan_out();
  start();
  await_delivered(5 * 50);
  EXPECT_GE(hanging.count(), 1U);
  EXPECT_LE(courier_.statistics().in_flight, 1) << "one at a time, until it answers";
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_delivery WHERE state = 'pending'"), "50");
}

TEST_F(CourierTest, AnEventThatIsGoneLeavesADeadLetterThatSaysSo) {
  Receiver& shop = make_receiver();
  make_endpoint_at(shop);
  happen("payment.accepted", 2);
  fan_out();
  sql("DELETE FROM event_range WHERE first_sequence = 1");
  start();
  await_delivered(1);
  await_dead(1);
  EXPECT_THAT(sql("SELECT last_error FROM webhook_delivery WHERE sequence = 1"),
              testing::HasSubstr("the event is no longer kept"));
}

TEST_F(CourierTest, AnEndpointWithALimitIsSentNoMoreThanThat) {
  Receiver& shop = make_receiver();
  const Uuid endpoint = make_endpoint_at(shop);
  EndpointWish wish;
  wish.max_per_second = 10;
  ASSERT_TRUE(remit::test::run(loop_, service_.change(kTenant, endpoint, wish)));
  happen("payment.accepted", 15);
  fan_out();
  const Duration begin = clock_.monotonic();
  start();
  await_delivered(15);
  EXPECT_GE(clock_.monotonic() - begin, 1'300ms);
}

TEST_F(CourierTest, AnEndpointThatIsDisabledIsSentNothingThatWasClaimedBefore) {
  Receiver& shop = make_receiver();
  make_endpoint_at(shop);
  happen("payment.accepted");
  fan_out();
  start();
  await_delivered(1);
  shop.pause();
  happen("payment.accepted", 12);
  fan_out();
  run_until(loop_, [&] { return shop.count() == 9; });
  sql("UPDATE webhook_endpoint SET enabled = false, disabled_reason = 'requested'");
  shop.go_on();
  await_delivered(9);
  run_until(loop_, [&] {
    return sql("SELECT count(*) FROM webhook_delivery WHERE lease_until IS NOT NULL") == "0";
  });
  EXPECT_EQ(shop.count(), 9U);
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_delivery WHERE state = 'pending'"), "4");
}

TEST_F(CourierTest, AStopGivesBackWhatWasNotAnswered) {
  Receiver& hanging = make_receiver(true);
  make_endpoint_at(hanging);
  happen("payment.accepted", 3);
  fan_out();
  start();
  run_until(loop_, [&] { return hanging.count() == 1; });
  courier_.stop();
  sender_.close();
  run_until(loop_, [&] { return courier_.job().has_ended(); });
  EXPECT_EQ(deliveries(), "1 pending 0, 2 pending 0, 3 pending 0");
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_delivery WHERE lease_until IS NOT NULL"), "0");
}

TEST_F(CourierTest, ADeliveryThatCannotBeSignedWaits) {
  Receiver& shop = make_receiver();
  make_endpoint_at(shop);
  happen("payment.accepted");
  fan_out();
  const std::string secret = sql("SELECT secret FROM webhook_endpoint");
  sql("UPDATE webhook_endpoint SET secret = 'of another key'");
  start();
  run_until(loop_, [&] {
    return sql("SELECT version > 1 AND lease_until IS NULL FROM webhook_delivery") == "t";
  });
  EXPECT_EQ(deliveries(), "1 pending 0") << "it was given back";
  sql("UPDATE webhook_endpoint SET secret = '" + secret + "'");
  await_delivered(1);
}

}  // namespace
}  // namespace remit::webhooks
