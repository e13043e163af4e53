// The examples that follow events: each event once, whatever ends the program or its socket.
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>

#include "../integration/product_test.hpp"
#include "examples_fixture.hpp"
#include "support/scripted_peer.hpp"
#include "support/websocket_client.hpp"
#include "websocket_handshake.hpp"

namespace remit::test {
namespace {

class FollowerExample : public ProductTest, public testing::WithParamInterface<Language> {
 protected:
  std::unique_ptr<ChildProcess> follow(std::uint16_t port) {
    return examples.start("follow_events", {},
                          {"REMIT_URL=http://127.0.0.1:" + std::to_string(port)});
  }
  void charge(const RemitProcess& remit, int count) {
    while (count-- > 0) accept_charge(remit.api());
  }
  void await_events(const RemitProcess& remit, std::size_t count) {
    EXPECT_TRUE(eventually(
        [&] { return remit.api().get("/events?limit=100").json()["data"].size() == count; }));
  }
  std::vector<std::int64_t> kept_sequences() const {
    std::vector<std::int64_t> sequences;
    for (const Json& event : examples.kept_events()) sequences.push_back(event["sequence"]);
    return sequences;
  }

  Examples examples{GetParam()};
};

std::vector<std::int64_t> numbers(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> all;
  for (; first <= last; ++first) all.push_back(first);
  return all;
}

TEST_P(FollowerExample, HasEachEventOnceAlthoughItIsKilled) {
  const RemitProcess remit(config);
  charge(remit, 3);
  auto follower = follow(remit.port());
  await_said(*follower, "\n4 ");
  charge(remit, 10);
  follower->kill();  // somewhere in the middle
  charge(remit, 5);
  follower = follow(remit.port());
  charge(remit, 2);
  await_said(*follower, "\n40 ");
  EXPECT_EQ(kept_sequences(), numbers(1, 40));
  EXPECT_EQ(examples.kept_events().back(), remit.api().get("/events?after=39").json()["data"][0]);
}

TEST_P(FollowerExample, GoesOnFromTheOldestWhenItsNextEventIsGone) {
  const RemitProcess remit(config);
  charge(remit, 1);
  auto follower = follow(remit.port());
  await_said(*follower, "\n2 ");
  follower->kill();
  charge(remit, 1);
  await_events(remit, 4);
  sql("DELETE FROM event_range");
  charge(remit, 1);
  await_events(remit, 2);
  follower = follow(remit.port());
  await_said(*follower, "410");
  await_said(*follower, "6 payment.completed");
  EXPECT_EQ(kept_sequences(), (std::vector<std::int64_t>{1, 2, 5, 6}));
}

TEST_P(FollowerExample, ConnectsAgainWhenTheInstanceStops) {
  RemitProcess remit(config);
  charge(remit, 1);
  const auto follower = follow(remit.port());
  await_said(*follower, "\n2 ");
  remit.terminate();
  await_said(*follower, "1001");
  EXPECT_TRUE(follower->is_running());
}

/// Gives a follower one event at a time, and ends its socket with one code after the other.
class EndingServer {
 public:
  explicit EndingServer(std::vector<std::uint16_t> codes) : codes_(std::move(codes)) {}

  [[nodiscard]] std::uint16_t port() const { return peer_.port(); }
  [[nodiscard]] std::vector<std::string> targets() {
    const std::lock_guard lock(mutex_);
    return targets_;
  }

 private:
  static Json event(std::int64_t sequence) {
    return {{"sequence", sequence}, {"type", "payment.completed"}, {"resource", "/payments/1"}};
  }

  void serve(RawSocket& socket) {
    const std::string request = socket.read_request();
    const std::size_t from = request.find(' ') + 1;
    const std::string target = request.substr(from, request.find(' ', from) - from);
    std::uint16_t code = 0;
    {
      const std::lock_guard lock(mutex_);
      targets_.push_back(target);
      if (target.starts_with("/ws")) code = codes_.at(next_++);
    }
    if (code == 0) {
      const Json page = {{"data", {event(90)}}, {"last_sequence", 90}, {"next_cursor", nullptr}};
      socket.send(ok_answer(page.dump()));
      return;
    }
    const std::string name = "sec-websocket-key: ";
    std::string lowered = request;
    std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return tolower(c); });
    const std::size_t at = lowered.find(name) + name.size();
    const std::string key = request.substr(at, request.find('\r', at) - at);
    socket.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        ("Sec-WebSocket-Accept: " + net::accept_value(key)) + "\r\n\r\n");
    const std::int64_t after = std::stoll(target.substr(target.find('=') + 1));
    const auto send = [&socket](unsigned opcode, const std::string& payload) {
      socket.send(ClientFrame{.opcode = opcode, .payload = payload, .is_masked = false}.bytes());
    };
    send(0x1, event(after + 1).dump());
    send(0x8, close_payload(code, "as the test has it"));
    socket.read_some();  // its close, after which the server ends the connection
  }

  std::mutex mutex_;
  std::vector<std::uint16_t> codes_;
  std::vector<std::string> targets_;
  std::size_t next_ = 0;
  ScriptedPeer peer_{[this](RawSocket& socket, std::size_t) { serve(socket); }};
};

TEST_P(FollowerExample, DoesWhatEachCodeOfACloseAsksFor) {
  EndingServer server({1013, 1001, 1011, 4410, 1008});
  const auto follower = follow(server.port());
  EXPECT_EQ(follower->wait(std::chrono::seconds(45)), 1) << "a key that has ended ends it";
  EXPECT_EQ(server.targets(), (std::vector<std::string>{
                                  "/events?limit=1", "/ws?after=89", "/ws?after=90", "/ws?after=91",
                                  "/ws?after=92", "/events?limit=1", "/ws?after=89"}))
      << follower->standard_error();
}

INSTANTIATE_TEST_SUITE_P(Python, FollowerExample, testing::Values(Language::python));
INSTANTIATE_TEST_SUITE_P(JavaScript, FollowerExample, testing::Values(Language::javascript));

}  // namespace
}  // namespace remit::test
