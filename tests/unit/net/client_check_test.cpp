// A client that may not connect to every address: the check is of the addresses that are then
// connected to, whatever name servers answer in between.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "client_fixture.hpp"
#include "remit/net/public_address.hpp"

namespace remit::net {
namespace {

using Kind = CallError::Kind;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;

constexpr auto kNever = 0ms;
constexpr auto kForEver = 24h;

/// Gives its answers in turn, and the last of them from then on.
class FickleNames {
 public:
  explicit FickleNames(std::vector<Resolver::Endpoints> answers) : answers_(std::move(answers)) {}
  [[nodiscard]] Resolver::Lookup lookup() {
    return [this](const std::string& /*host*/, const std::string& /*port*/) {
      const std::lock_guard lock(mutex_);
      const auto& answer = answers_[std::min<std::size_t>(asked_++, answers_.size() - 1)];
      return Resolver::Found{.endpoints = answer};
    };
  }
  [[nodiscard]] std::size_t asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::vector<Resolver::Endpoints> answers_;
  std::size_t asked_ = 0;
};

class ClientCheck : public ClientTest {
 protected:
  ~ClientCheck() override { client_.reset(); }  // before the peers, which wait for its end

  [[nodiscard]] Resolver::Endpoints at(const std::vector<const char*>& addresses) const {
    Resolver::Endpoints endpoints;
    for (const char* text : addresses) endpoints.emplace_back(make_address(text), peer_.port());
    return endpoints;
  }
  /// The test's own idea of what is public: 127.0.0.1, where the peer is.
  void make_with(FickleNames& names, std::chrono::milliseconds keep) {
    ClientSettings settings;
    settings.base_url = "http://receiver.invalid";
    settings.may_connect = [](const boost::asio::ip::address& address) {
      return address == make_address("127.0.0.1");
    };
    make(std::move(settings), {.lookup = names.lookup(), .keep = keep, .patience = kForEver});
  }
  static Call patient() {
    Call call = post("/hook", "{}");
    call.timeout = 15s;
    return call;
  }
  void expect_refused(const CallResult& result) const {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::forbidden_address);
    EXPECT_FALSE(result.error().request_sent);
  }

  std::atomic<std::size_t> connections_ = 0;
  /// Answers one request on each connection, so that the next call needs another.
  test::ScriptedPeer peer_{[this](test::RawSocket& socket, std::size_t /*number*/) {
    ++connections_;
    if (socket.read_request().empty()) return;
    socket.send(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n");
  }};
};

TEST_F(ClientCheck, TheAddressThatWasCheckedIsConnectedTo) {
  // Between check and connect the name moves to another address, as soon as it was asked for once.
  FickleNames names({at({"127.0.0.1"}), at({"127.0.0.2"})});
  make_with(names, kForEver);
  for (int i = 0; i < 3; ++i) {
    const CallResult result = run(patient());
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->status, 302) << "and is not followed";
  }
  EXPECT_EQ(names.asked(), 1U) << "a second question could have another answer";
  EXPECT_EQ(connections_, 3U);
  client_.reset();
}

TEST_F(ClientCheck, EachAnswerIsChecked) {
  FickleNames names({at({"127.0.0.1"}), at({"127.0.0.2"}), at({"127.0.0.1"})});
  make_with(names, kNever);
  ASSERT_TRUE(run(patient()));
  expect_refused(run(patient()));
  ASSERT_TRUE(run(patient())) << "a name may move back";
  EXPECT_EQ(connections_, 2U);
  EXPECT_EQ(names.asked(), 3U) << "once for each connection: none between check and connect";
  client_.reset();
}

TEST_F(ClientCheck, OneForbiddenAddressForbidsTheName) {
  FickleNames names({at({"127.0.0.1", "127.0.0.2"}), at({"127.0.0.2", "127.0.0.1"})});
  make_with(names, kNever);
  expect_refused(run(patient()));
  expect_refused(run(patient()));
  EXPECT_EQ(connections_, 0U);
  client_.reset();
}

TEST_F(ClientCheck, RefusesThisMachineWhereOnlyPublicAddressesWillDo) {
  for (const std::string host : {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0"}) {
    ClientSettings settings;
    settings.base_url = "http://" + host + ":" + std::to_string(peer_.port());
    settings.may_connect = is_public;
    make(std::move(settings));
    expect_refused(run(patient()));
    client_.reset();
  }
  EXPECT_EQ(connections_, 0U);
}

TEST_F(ClientCheck, AUrlWithAZoneIsNone) {
  ClientSettings settings;
  settings.base_url = "http://[fe80::1%25lo]:8080";
  EXPECT_FALSE(Client::make(context_.get_executor(), settings, clock_));
}

TEST_F(ClientCheck, WithoutOneEveryAddressWillDo) {
  make_for("http://127.0.0.1:" + std::to_string(peer_.port()));
  ASSERT_TRUE(run(patient()));
  client_.reset();
}

}  // namespace
}  // namespace remit::net
