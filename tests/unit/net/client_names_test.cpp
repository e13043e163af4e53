// What a client knows of its host's name, and name servers that do not answer.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "client_fixture.hpp"

namespace remit::net {
namespace {

using Kind = CallError::Kind;
using namespace std::chrono_literals;

constexpr auto kNever = 0ms;
constexpr auto kForEver = 24h;

/// Answers what it is told to, or nothing until it may again. Questions may outlast it.
class NameServer {
 public:
  ~NameServer() { speak(); }

  [[nodiscard]] Resolver::Lookup lookup() const {
    return [state = state_](const std::string& /*host*/, const std::string& /*port*/) {
      std::unique_lock lock(state->mutex);
      ++state->asked;
      state->changed.notify_all();
      state->changed.wait(lock, [&] { return !state->is_silent; });
      return state->found;
    };
  }
  void answer(Resolver::Found found) {
    const std::lock_guard lock(state_->mutex);
    state_->found = std::move(found);
  }
  void point_to(std::uint16_t port) {
    answer({.endpoints = {{boost::asio::ip::address_v4::loopback(), port}}});
  }
  void fall_silent() {
    const std::lock_guard lock(state_->mutex);
    state_->is_silent = true;
  }
  void speak() {
    const std::lock_guard lock(state_->mutex);
    state_->is_silent = false;
    state_->changed.notify_all();
  }
  void await_question(int number = 1) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->asked >= number; });
  }
  [[nodiscard]] int asked() const {
    const std::lock_guard lock(state_->mutex);
    return state_->asked;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    Resolver::Found found;
    int asked = 0;
    bool is_silent = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// Answers one request on each connection, so that the next call needs another.
void answer_once(test::RawSocket& socket, std::size_t /*number*/) {
  if (socket.read_request().empty()) return;
  socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
}

class ClientNames : public ClientTest {
 protected:
  ~ClientNames() override { client_.reset(); }  // before the peers, which wait for its end

  void make_with(std::chrono::milliseconds keep, std::chrono::milliseconds patience = kForEver) {
    ClientSettings settings;
    settings.base_url = "http://processor.invalid";
    make(std::move(settings), {.lookup = names_.lookup(), .keep = keep, .patience = patience});
  }
  static Call patient() {
    Call call = get("/");
    call.timeout = 15s;
    return call;
  }
  /// A call that goes on by itself.
  std::shared_ptr<std::optional<CallResult>> begin(Call call) {
    auto result = std::make_shared<std::optional<CallResult>>();
    boost::asio::co_spawn(
        context_, client_->call(std::move(call)),
        [result](std::exception_ptr, CallResult got) { *result = std::move(got); });
    return result;
  }

  NameServer names_;
  test::ScriptedPeer peer_{answer_once};
};

TEST_F(ClientNames, CallsOfOneMomentShareAQuestion) {
  names_.point_to(peer_.port());
  names_.fall_silent();
  make_with(kNever);
  std::vector<std::shared_ptr<std::optional<CallResult>>> results;
  for (int i = 0; i < 20; ++i) results.push_back(begin(patient()));
  context_.poll();
  names_.await_question();
  names_.speak();
  for (const auto& result : results) {
    test::run_until(context_, [&] { return result->has_value(); });
    EXPECT_TRUE(**result);
  }
  EXPECT_EQ(names_.asked(), 1);
  client_.reset();
}

TEST_F(ClientNames, AnAnswerIsKeptForAWhile) {
  names_.point_to(peer_.port());
  make_with(kForEver);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run(patient()));
  EXPECT_EQ(client_->connections_made(), 3U);
  EXPECT_EQ(names_.asked(), 1);
  client_.reset();
}

TEST_F(ClientNames, AfterThatANameMayHaveMoved) {
  names_.point_to(peer_.port());
  make_with(kNever);
  ASSERT_TRUE(run(patient()));
  names_.point_to(test::closed_port());
  const CallResult moved = run(patient());
  ASSERT_FALSE(moved);
  EXPECT_THAT(moved.error().detail, testing::HasSubstr("refused"));
}

TEST_F(ClientNames, AddressesThatFailAreResolvedAgain) {
  names_.point_to(test::closed_port());
  make_with(kForEver);
  ASSERT_FALSE(run(patient()));
  names_.point_to(peer_.port());
  EXPECT_TRUE(run(patient()));
  EXPECT_EQ(names_.asked(), 2);
  client_.reset();
}

TEST_F(ClientNames, WhileServersAreSilentTheLastAddressesAreUsed) {
  names_.point_to(peer_.port());
  make_with(kNever, 0ms);
  ASSERT_TRUE(run(patient()));
  names_.fall_silent();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(run(patient()));
  names_.await_question(2);
  EXPECT_EQ(names_.asked(), 2) << "the question is still under way";
  client_.reset();
}

TEST_F(ClientNames, ServersThatDoNotKnowChangeNothing) {
  names_.point_to(peer_.port());
  make_with(kNever);
  ASSERT_TRUE(run(patient()));
  names_.answer({});
  EXPECT_TRUE(run(patient()));
  EXPECT_TRUE(run(patient()));
  client_.reset();
}

TEST_F(ClientNames, AHostThatIsNoMoreIsForgotten) {
  names_.point_to(peer_.port());
  make_with(kNever);
  ASSERT_TRUE(run(patient()));
  names_.answer({.endpoints = {}, .no_such_host = true});
  const CallResult result = run(patient());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::no_connection);
  EXPECT_FALSE(result.error().request_sent);
  EXPECT_THAT(result.error().detail, testing::HasSubstr("cannot resolve processor.invalid"));
}

TEST_F(ClientNames, OneClientsSilentServersHoldUpNoOther) {
  names_.fall_silent();
  make_with(kNever);
  const auto stuck = begin(patient());
  context_.poll();
  names_.await_question();
  NameServer others_names;
  others_names.point_to(peer_.port());
  ClientSettings settings;
  settings.base_url = "http://ramp.invalid";
  auto other = Client::Impl::make(context_.get_executor(), settings, clock_,
                                  {.lookup = others_names.lookup()});
  ASSERT_TRUE(other);
  EXPECT_TRUE(test::run(context_, (*other)->call(patient())));
  EXPECT_FALSE(stuck->has_value());
  client_.reset();
  test::run_until(context_, [&] { return stuck->has_value(); });
}

TEST_F(ClientNames, ACallEndsInTimeAlthoughServersAreSilent) {
  names_.fall_silent();
  make_with(kNever);
  const CallResult result = run(hasty(get("/")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::timed_out);
  EXPECT_FALSE(result.error().request_sent);
}

TEST_F(ClientNames, SilentNameServersDelayNeitherClientNorLoop) {
  names_.fall_silent();
  bool has_ended = false;
  {
    boost::asio::io_context loop{1};
    ClientSettings settings;
    settings.base_url = "http://processor.invalid";
    auto client =
        Client::Impl::make(loop.get_executor(), settings, clock_, {.lookup = names_.lookup()});
    ASSERT_TRUE(client);
    boost::asio::co_spawn(loop, (*client)->call(patient()),
                          [&](std::exception_ptr, const CallResult&) { has_ended = true; });
    loop.poll();
    names_.await_question();
    (*client)->close();
    test::run_until(loop, [&] { return has_ended; });
  }
  EXPECT_TRUE(has_ended);
  EXPECT_EQ(names_.asked(), 1) << "to which there is no answer yet";
}

TEST_F(ClientNames, ANumericAddressIsNotAskedFor) {
  names_.fall_silent();
  for (const std::string& url : {peer_.url(), std::string("http://[::1]:1")}) {
    ClientSettings settings;
    settings.base_url = url;
    make(std::move(settings), {.lookup = names_.lookup()});
    EXPECT_EQ(run(patient()).has_value(), url == peer_.url());
  }
  EXPECT_EQ(names_.asked(), 0);
}

TEST(LookUp, FindsWhatTheSystemKnows) {
  const Resolver::Found found = look_up("localhost", "8080");
  ASSERT_FALSE(found.endpoints.empty());
  for (const auto& endpoint : found.endpoints) {
    EXPECT_TRUE(endpoint.address().is_loopback());
    EXPECT_EQ(endpoint.port(), 8080);
  }
}

}  // namespace
}  // namespace remit::net
