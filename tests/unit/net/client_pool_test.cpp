#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "client_fixture.hpp"

// How calls share connections: the limit, the order of waiting, deadlines while waiting.
namespace remit::net {
namespace {

using testing::HasSubstr;
using Kind = CallError::Kind;
using namespace std::chrono_literals;

class ClientPool : public ClientTest {
 protected:
  void make_small(const test::ScriptedPeer& peer, std::size_t connections, std::size_t waiting) {
    ClientSettings settings;
    settings.base_url = peer.url();
    settings.max_connections = connections;
    settings.max_waiting = waiting;
    make(std::move(settings));
  }
  /// Starts a call whose end is noted under its number.
  void begin(Call call, std::size_t number) {
    boost::asio::co_spawn(context_, client_->call(std::move(call)),
                          [this, number](std::exception_ptr, CallResult result) {
                            ended_.emplace_back(number, std::move(result));
                          });
    context_.poll();
  }
  void wait_for_ends(std::size_t count) {
    test::run_until(context_, [&] { return ended_.size() == count; });
  }

  std::vector<std::pair<std::size_t, CallResult>> ended_;
};

/// Holds back its first answer until it is let go.
class HeldPeer {
 public:
  void let_go() { gate_.set_value(); }
  void operator()(test::RawSocket& socket, std::size_t number) {
    for (std::string request = socket.read_request(); !request.empty();
         request = socket.read_request()) {
      ++requests_;
      if (number == 0) gate_seen_.wait();
      socket.send(test::ok_answer(request));
    }
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  std::promise<void> gate_;
  std::shared_future<void> gate_seen_ = gate_.get_future().share();
  std::atomic<int> requests_ = 0;
};

TEST_F(ClientPool, CallsWaitInOrderForAConnection) {
  HeldPeer held;
  test::ScriptedPeer peer(std::ref(held));
  make_small(peer, 1, 100);
  for (std::size_t i = 0; i < 5; ++i) begin(get("/" + std::to_string(i)), i);
  EXPECT_TRUE(ended_.empty());
  const PoolUse busy = client_->pool_use();
  EXPECT_EQ(busy.limit, 1U);
  EXPECT_EQ(busy.open, 1U);
  EXPECT_EQ(busy.waiting, 4U);
  held.let_go();
  wait_for_ends(5);
  EXPECT_EQ(client_->pool_use().waiting, 0U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(ended_[i].first, i);
    ASSERT_TRUE(ended_[i].second);
    EXPECT_THAT(ended_[i].second->body, HasSubstr("GET /" + std::to_string(i) + " "));
  }
  EXPECT_EQ(client_->connections_made(), 1U);
  client_.reset();
}

TEST_F(ClientPool, WaitingCountsAgainstTheDeadline) {
  HeldPeer held;
  test::ScriptedPeer peer(std::ref(held));
  make_small(peer, 1, 100);
  begin(get("/first"), 0);
  begin(hasty(post("/second", "{}")), 1);
  wait_for_ends(1);
  EXPECT_EQ(ended_[0].first, 1U);
  ASSERT_FALSE(ended_[0].second);
  EXPECT_EQ(ended_[0].second.error().kind, Kind::timed_out);
  EXPECT_FALSE(ended_[0].second.error().request_sent);
  held.let_go();
  wait_for_ends(2);
  EXPECT_TRUE(ended_[1].second);
  EXPECT_EQ(held.requests(), 1);
  EXPECT_TRUE(run(get("/third")));
  client_.reset();
}

TEST_F(ClientPool, NotMoreThanTheLimitMayWait) {
  HeldPeer held;
  test::ScriptedPeer peer(std::ref(held));
  make_small(peer, 1, 1);
  begin(get("/first"), 0);
  begin(get("/second"), 1);
  begin(get("/third"), 2);
  wait_for_ends(1);
  EXPECT_EQ(ended_[0].first, 2U);
  ASSERT_FALSE(ended_[0].second);
  EXPECT_EQ(ended_[0].second.error().kind, Kind::no_connection);
  EXPECT_FALSE(ended_[0].second.error().request_sent);
  held.let_go();
  wait_for_ends(3);
  client_.reset();
}

TEST_F(ClientPool, AFailedCallPassesItsPlaceOn) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t number) {
    socket.read_request();
    if (number > 0) socket.send(test::ok_answer("{}"));
    if (number > 0) socket.read_to_end();
  });
  make_small(peer, 1, 100);
  begin(get("/broken"), 0);
  begin(get("/next"), 1);
  wait_for_ends(2);
  EXPECT_FALSE(ended_[0].second);
  EXPECT_TRUE(ended_[1].second);
  EXPECT_EQ(client_->connections_made(), 2U);
  client_.reset();
}

TEST_F(ClientPool, RefusedConnectionsPassTheirPlacesOn) {
  ClientSettings settings;
  settings.base_url = "http://127.0.0.1:" + std::to_string(test::closed_port());
  settings.max_connections = 2;
  make(std::move(settings));
  for (std::size_t i = 0; i < 10; ++i) begin(get("/"), i);
  wait_for_ends(10);
  for (const auto& [number, result] : ended_) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::no_connection);
  }
}

TEST_F(ClientPool, CloseEndsThoseWhoWait) {
  HeldPeer held;
  test::ScriptedPeer peer(std::ref(held));
  make_small(peer, 1, 100);
  begin(get("/first"), 0);
  begin(get("/second"), 1);
  client_->close();
  wait_for_ends(2);
  for (const auto& [number, result] : ended_) ASSERT_FALSE(result);
  held.let_go();
}

TEST_F(ClientPool, ManyCallsShareFewConnections) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) {
    for (std::string request = socket.read_request(); !request.empty();
         request = socket.read_request()) {
      socket.send(test::ok_answer(request));
    }
  });
  make_small(peer, 8, 1'000);
  for (std::size_t i = 0; i < 500; ++i) begin(get("/" + std::to_string(i)), i);
  wait_for_ends(500);
  for (const auto& [number, result] : ended_) {
    ASSERT_TRUE(result);
    EXPECT_THAT(result->body, HasSubstr("GET /" + std::to_string(number) + " "));
  }
  EXPECT_LE(client_->connections_made(), 8U);
  client_.reset();
}

TEST_F(ClientPool, ACallOutlivesItsClient) {
  HeldPeer held;
  test::ScriptedPeer peer(std::ref(held));
  make_small(peer, 1, 100);
  begin(get("/first"), 0);
  begin(get("/second"), 1);
  client_.reset();
  wait_for_ends(2);
  EXPECT_FALSE(ended_[0].second);
  EXPECT_FALSE(ended_[1].second);
  held.let_go();
}

}  // namespace
}  // namespace remit::net
