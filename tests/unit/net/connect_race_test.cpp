// Which of several addresses a connection is made to, attempt by attempt.
#include "connect_race.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iterator>
#include <optional>

#include "support/run_task.hpp"
#include "support/scripted_peer.hpp"

namespace remit::net {
namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;
using namespace std::chrono_literals;

Endpoint at(std::uint16_t port) { return {boost::asio::ip::address_v4::loopback(), port}; }

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

class ConnectRaceTest : public testing::Test {
 protected:
  /// Up to where nothing is left to do at once: with no patience all that may start has started.
  void begin(std::vector<Endpoint> endpoints, std::chrono::milliseconds patience) {
    race_ = std::make_shared<ConnectRace>(context_.get_executor(), std::move(endpoints), spares_,
                                          patience);
    boost::asio::co_spawn(
        context_, ConnectRace::run(race_),
        [this](std::exception_ptr, boost::system::error_code result) { result_ = result; });
    context_.restart();
    context_.poll();
  }
  /// The port that answered.
  std::uint16_t winner() {
    test::run_until(context_, [this] { return result_.has_value(); });
    if (*result_) throw std::runtime_error(result_->message());
    return race_->take_socket().remote_endpoint().port();
  }
  void abort() {
    race_->abort();
    test::run_until(context_, [this] { return result_.has_value(); });
  }

  boost::asio::io_context context_{1};
  std::array<test::FullListener, kAddressesAtATime> silent_;
  std::shared_ptr<SpareSockets> spares_ = std::make_shared<SpareSockets>(kAddressesAtATime);
  std::shared_ptr<ConnectRace> race_;
  std::optional<boost::system::error_code> result_;
};

// Without any patience the wait is over before the refusal is heard of, and its handler runs after
// the refusal has started the next, and last, address.
TEST_F(ConnectRaceTest, AWaitThatIsOverWhenItsAddressFailsStartsNothing) {
  begin({at(test::closed_port()), at(silent_[0].port())}, 0ms);
  EXPECT_FALSE(result_) << "the last address is still being tried";
  abort();
  EXPECT_TRUE(*result_);
}

TEST_F(ConnectRaceTest, AnAddressThatIsSlowIsNotGivenUpForOthersThatAreSilent) {
  begin(
      {at(silent_[0].port()), at(silent_[1].port()), at(silent_[2].port()), at(silent_[3].port())},
      1ms);
  silent_[0].make_room();
  EXPECT_EQ(winner(), silent_[0].port());
}

TEST_F(ConnectRaceTest, ASocketIsOpenForEachOfSoManyAddressesAndNoMore) {
  begin({}, 0ms);  // after which the loop has what it needs itself
  ASSERT_TRUE(result_);
  result_.reset();
  const auto before = open_descriptors();
  std::vector<Endpoint> endpoints;
  for (const test::FullListener& listener : silent_) endpoints.push_back(at(listener.port()));
  endpoints.push_back(at(silent_[0].port()));
  endpoints.push_back(at(silent_[1].port()));
  begin(std::move(endpoints), 0ms);
  EXPECT_EQ(open_descriptors(), before + static_cast<std::ptrdiff_t>(kAddressesAtATime));
  abort();
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ConnectRaceTest, OneThatFailsMakesPlaceForTheNext) {
  std::optional<test::FullListener> failing(std::in_place);
  test::ScriptedPeer peer([](test::RawSocket& /*socket*/, std::size_t /*number*/) {});
  begin({at(failing->port()), at(silent_[0].port()), at(silent_[1].port()), at(silent_[2].port()),
         at(peer.port())},
        0ms);
  EXPECT_FALSE(result_) << "four are under way";
  failing.reset();  // refuses, when the first word is repeated
  EXPECT_EQ(winner(), peer.port());
}

TEST_F(ConnectRaceTest, WithoutASocketToSpareTheOldestMakesPlace) {
  spares_ = std::make_shared<SpareSockets>(1);
  test::ScriptedPeer peer([](test::RawSocket& /*socket*/, std::size_t /*number*/) {});
  begin({at(silent_[0].port()), at(silent_[1].port()), at(silent_[2].port()), at(peer.port())},
        0ms);
  EXPECT_EQ(winner(), peer.port());
  EXPECT_EQ(spares_->left(), 1U);
}

TEST_F(ConnectRaceTest, GivesBackWhatItHasTaken) {
  begin({at(silent_[0].port()), at(silent_[1].port()), at(silent_[2].port())}, 0ms);
  EXPECT_EQ(spares_->left(), kAddressesAtATime - 2);
  abort();
  EXPECT_EQ(spares_->left(), kAddressesAtATime);

  result_.reset();
  begin({at(silent_[0].port()), at(test::closed_port()), at(test::closed_port())}, 0ms);
  EXPECT_FALSE(result_);
  EXPECT_EQ(spares_->left(), kAddressesAtATime) << "those who refuse need none any more";
  abort();
  EXPECT_EQ(spares_->left(), kAddressesAtATime);
}

TEST(FamiliesInTurn, BeginWithTheFirst) {
  const auto endpoint = [](const char* address) {
    return Endpoint(boost::asio::ip::make_address(address), 80);
  };
  const Endpoint a6 = endpoint("2001:db8::1");
  const Endpoint b6 = endpoint("2001:db8::2");
  const Endpoint c6 = endpoint("2001:db8::3");
  const Endpoint a4 = endpoint("192.0.2.1");
  const Endpoint b4 = endpoint("192.0.2.2");
  using All = std::vector<Endpoint>;
  EXPECT_EQ(families_in_turn({a6, b6, c6, a4}), (All{a6, a4, b6, c6}));
  EXPECT_EQ(families_in_turn({a4, b4, a6, b6}), (All{a4, a6, b4, b6}));
  EXPECT_EQ(families_in_turn({a4, b4}), (All{a4, b4}));
  EXPECT_EQ(families_in_turn({}), All{});
}

}  // namespace
}  // namespace remit::net
