// Messages to receivers of the test's own.
#include "remit/webhooks/sender.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <mutex>

#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_peer.hpp"

namespace remit::webhooks {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// Answers every request alike, and keeps them.
class Receiver {
 public:
  explicit Receiver(std::string answer) : answer_(std::move(answer)) {}
  [[nodiscard]] std::string url() const { return peer_.url() + "/hooks?a=b"; }
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::size_t connections() {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  std::string answer_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::size_t connections_ = 0;
  test::ScriptedPeer peer_{[this](test::RawSocket& socket, std::size_t /*number*/) {
    {
      const std::lock_guard lock(mutex_);
      ++connections_;
    }
    for (;;) {
      std::string request = socket.read_request();
      if (request.empty()) return;
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
      socket.send(answer_);
    }
  }};
};

std::string answer(const std::string& status, const std::string& headers = "",
                   const std::string& body = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class SenderTest : public testing::Test {
 protected:
  ~SenderTest() override { close(); }

  void make(SenderSettings settings) {
    close();
    sender_.emplace(loop_.get_executor(), clock_, std::move(settings));
  }
  void close() {
    if (sender_) sender_->close();
    loop_.restart();
    loop_.poll();
  }
  Destination destination(const std::string& url) {
    return {.endpoint = ids_.next(), .url = url, .headers = {{"X-Shop", "7"}}, .keys = {key_}};
  }
  static Message message() { return {.id = "evt_1_2", .body = R"({"a":1})", .trace = {}}; }
  Attempt send(Destination to) { return test::run(loop_, sender_->send(std::move(to), message())); }

  boost::asio::io_context loop_{1};
  test::ManualClock clock_{*parse_timestamp("2026-11-20T17:05:01.900Z")};
  SeededUuidSource ids_{1};
  SigningKey key_ = make_signing_key(KeyKind::shared);
  std::optional<Sender> sender_{std::in_place, loop_.get_executor(), clock_,
                                SenderSettings{.allow_private_networks = true, .ca_file = {}}};
};

TEST_F(SenderTest, SendsASignedMessage) {
  Receiver receiver(answer("204 No Content"));
  const Attempt attempt = send(destination(receiver.url()));
  EXPECT_TRUE(attempt.is_delivered()) << attempt.error;
  EXPECT_EQ(attempt.status, 204);
  ASSERT_EQ(receiver.requests().size(), 1U);
  const std::string request = receiver.requests().front();
  const std::string signature =
      signatures_of(std::array{key_},
                    {.id = "evt_1_2", .timestamp_seconds = 1'795'194'301, .body = R"({"a":1})"});
  EXPECT_TRUE(request.starts_with("POST /hooks?a=b HTTP/1.1\r\n")) << request;
  EXPECT_THAT(request, HasSubstr("webhook-id: evt_1_2\r\n"));
  EXPECT_THAT(request, HasSubstr("webhook-timestamp: 1795194301\r\n"));
  EXPECT_THAT(request, HasSubstr("webhook-signature: " + signature + "\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Shop: 7\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_TRUE(request.ends_with(R"({"a":1})")) << request;
  close();
}

TEST_F(SenderTest, KeepsTheConnectionOfAnEndpoint) {
  Receiver receiver(answer("200 OK"));
  const Destination shop = destination(receiver.url());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(send(shop).is_delivered());
  EXPECT_EQ(receiver.connections(), 1U);
  EXPECT_TRUE(send(destination(receiver.url())).is_delivered());
  EXPECT_EQ(receiver.connections(), 2U) << "another endpoint has its own";
  close();
}

TEST_F(SenderTest, FollowsNoRedirect) {
  Receiver other(answer("200 OK"));
  Receiver receiver(answer("302 Found", "Location: " + other.url() + "\r\n"));
  const Attempt attempt = send(destination(receiver.url()));
  EXPECT_FALSE(attempt.is_delivered());
  EXPECT_EQ(attempt.status, 302);
  EXPECT_TRUE(other.requests().empty());
  close();
}

TEST_F(SenderTest, TellsWhatWasAnsweredUpToABound) {
  Receiver receiver(answer("503 Busy", "Retry-After: 120\r\n", std::string(20'000, 'x') + "\xff"));
  const Attempt attempt = send(destination(receiver.url()));
  EXPECT_EQ(attempt.status, 503);
  EXPECT_EQ(attempt.answer, std::string(kMostAnswerBytes, 'x'));
  EXPECT_EQ(attempt.retry_after, Duration(120s));
  close();
}

TEST_F(SenderTest, SendsNothingToAnAddressThatIsNotPublic) {
  Receiver receiver(answer("200 OK"));
  make({.ca_file = {}});
  std::string url = receiver.url();
  EXPECT_THAT(send(destination(url)).error, HasSubstr("https"));
  url.replace(0, 4, "https");
  const Attempt attempt = send(destination(url));
  EXPECT_FALSE(attempt.is_delivered());
  EXPECT_EQ(attempt.status, 0);
  EXPECT_THAT(attempt.error, HasSubstr("not allowed"));
  EXPECT_EQ(receiver.connections(), 0U);
  close();
}

TEST_F(SenderTest, AnEndpointThatHangsDelaysNoOther) {
  test::ScriptedPeer hanging([](test::RawSocket& socket, std::size_t) { socket.read_to_end(); });
  Receiver receiver(answer("200 OK"));
  make({.allow_private_networks = true, .connections = 1, .ca_file = {}});
  const Destination bad = destination(hanging.url());
  std::vector<std::shared_ptr<std::optional<Attempt>>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(std::make_shared<std::optional<Attempt>>());
    boost::asio::co_spawn(loop_, sender_->send(bad, message()),
                          [place = waiting.back()](const std::exception_ptr&, Attempt attempt) {
                            *place = std::move(attempt);
                          });
  }
  EXPECT_TRUE(send(destination(receiver.url())).is_delivered());
  EXPECT_FALSE(waiting[0]->has_value());
  EXPECT_FALSE(waiting[1]->has_value()) << "it waits for the connection";
  ASSERT_TRUE(waiting[2]->has_value()) << "one more is too many";
  EXPECT_EQ((*waiting[2])->status, 0);
  sender_->close();
  test::run_until(loop_, [&] { return waiting[0]->has_value() && waiting[1]->has_value(); });
  EXPECT_THAT((*waiting[0])->error, Not(""));
}

TEST_F(SenderTest, ForgetsTheEndpointThatWasUsedLongestAgo) {
  Receiver receiver(answer("200 OK"));
  make({.allow_private_networks = true, .max_endpoints = 2, .ca_file = {}});
  const Destination a = destination(receiver.url());
  const Destination b = destination(receiver.url());
  const Destination c = destination(receiver.url());
  for (const Destination& to : {a, b, a, c}) EXPECT_TRUE(send(to).is_delivered());
  EXPECT_EQ(sender_->endpoints(), 2U);
  EXPECT_EQ(receiver.connections(), 3U);
  EXPECT_TRUE(send(a).is_delivered());
  EXPECT_EQ(receiver.connections(), 3U) << "it was kept";
  EXPECT_TRUE(send(b).is_delivered());
  EXPECT_EQ(receiver.connections(), 4U);
  close();
}

TEST_F(SenderTest, GoesWhereTheUrlIsNow) {
  Receiver before(answer("200 OK"));
  Receiver after(answer("200 OK"));
  Destination shop = destination(before.url());
  EXPECT_TRUE(send(shop).is_delivered());
  shop.url = after.url();
  EXPECT_TRUE(send(shop).is_delivered());
  EXPECT_EQ(before.requests().size(), 1U);
  EXPECT_EQ(after.requests().size(), 1U);
  EXPECT_EQ(sender_->endpoints(), 1U);
  close();
}

TEST_F(SenderTest, SendsNothingOnceItIsClosed) {
  Receiver receiver(answer("200 OK"));
  sender_->close();
  EXPECT_EQ(send(destination(receiver.url())).status, 0);
  EXPECT_EQ(receiver.connections(), 0U);
}

}  // namespace
}  // namespace remit::webhooks
