// A name with several addresses: whichever answers first is talked to, and it alone.
#include <gmock/gmock.h>

#include <atomic>
#include <optional>

#include "client_fixture.hpp"

namespace remit::net {
namespace {

using Kind = CallError::Kind;
using namespace std::chrono_literals;

boost::asio::ip::tcp::endpoint at(std::uint16_t port) {
  return {boost::asio::ip::address_v4::loopback(), port};
}

/// Answers every request, and counts them.
class CountingPeer {
 public:
  [[nodiscard]] std::uint16_t port() const { return peer_.port(); }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  std::atomic<int> requests_ = 0;
  test::ScriptedPeer peer_{[this](test::RawSocket& socket, std::size_t) {
    while (!socket.read_request().empty()) {
      ++requests_;
      socket.send(test::ok_answer("{}"));
    }
  }};
};

class ClientAddresses : public ClientTest {
 protected:
  ~ClientAddresses() override { client_.reset(); }  // before the peers, which wait for its end

  void make_with(Resolver::Endpoints addresses) {
    ClientSettings settings;
    settings.base_url = "http://processor.invalid";
    make(std::move(settings),
         {.lookup = [found = Resolver::Found{.endpoints = std::move(addresses)}](
                        const std::string& /*host*/, const std::string& /*port*/) {
           return found;
         }});
  }
  static Call patient(Call call) {
    call.timeout = 15s;
    return call;
  }

  test::FullListener silent_;
  test::FullListener silent_too_;
};

TEST_F(ClientAddresses, ASilentOneDoesNotUseUpTheCall) {
  CountingPeer peer;
  make_with({at(silent_.port()), at(peer.port())});
  const CallResult result = run(patient(post("/payments", "{}")));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(peer.requests(), 1);
  EXPECT_EQ(client_->connections_made(), 1U);
  client_.reset();
}

TEST_F(ClientAddresses, SeveralSilentOnesNeither) {
  CountingPeer peer;
  make_with({at(silent_.port()), at(silent_too_.port()), at(peer.port())});
  const CallResult result = run(patient(post("/payments", "{}")));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(peer.requests(), 1);
  client_.reset();
}

TEST_F(ClientAddresses, OneThatRefusesIsFollowedByTheNextAtOnce) {
  CountingPeer peer;
  make_with({at(test::closed_port()), at(test::closed_port()), at(peer.port())});
  const CallResult result = run(patient(get("/")));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(peer.requests(), 1);
  client_.reset();
}

TEST_F(ClientAddresses, TheLastMayBeTheOneThatRefuses) {
  CountingPeer peer;
  make_with({at(silent_.port()), at(test::closed_port()), at(peer.port())});
  ASSERT_TRUE(run(patient(get("/"))));
  client_.reset();
}

TEST_F(ClientAddresses, ARequestGoesToOneOfThemOnly) {
  CountingPeer first;
  CountingPeer second;
  make_with({at(silent_.port()), at(first.port()), at(second.port())});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(run(patient(post("/payments", "{}"))));
  EXPECT_EQ(first.requests(), 5);
  EXPECT_EQ(second.requests(), 0);
  EXPECT_EQ(client_->connections_made(), 1U) << "which is used again";
  client_.reset();
}

TEST_F(ClientAddresses, WhenAllAreSilentNothingWasSent) {
  make_with({at(silent_.port()), at(silent_too_.port())});
  Call call = post("/payments", "{}");
  call.timeout = 600ms;  // both are being tried
  const CallResult result = run(call);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::timed_out);
  EXPECT_FALSE(result.error().request_sent);
  EXPECT_EQ(client_->connections_made(), 0U);
}

TEST_F(ClientAddresses, WhenAllRefuseTheReasonIsTold) {
  make_with({at(test::closed_port()), at(test::closed_port())});
  const CallResult result = run(patient(get("/")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::no_connection);
  EXPECT_FALSE(result.error().request_sent);
  EXPECT_THAT(result.error().detail, testing::HasSubstr("refused"));
}

TEST_F(ClientAddresses, ClosingTheClientEndsTheSearch) {
  make_with({at(silent_.port()), at(silent_too_.port())});
  std::optional<CallResult> result;
  boost::asio::co_spawn(context_, client_->call(patient(get("/"))),
                        [&](std::exception_ptr, CallResult got) { result = std::move(got); });
  context_.run_for(300ms);
  client_->close();
  context_.run();
  ASSERT_TRUE(result && !*result);
  EXPECT_FALSE(result->error().request_sent);
}

}  // namespace
}  // namespace remit::net
