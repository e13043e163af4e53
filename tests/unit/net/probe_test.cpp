#include "remit/net/probe.hpp"

#include <gmock/gmock.h>

#include "server_fixture.hpp"
#include "support/files.hpp"
#include "support/scripted_peer.hpp"

namespace remit::net {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPatience = 30s;

class ProbeTest : public ServerTest {
 protected:
  /// "200" with its body, or what went wrong.
  static std::string answer_of(const std::string& address, const std::string& target = "/show",
                               std::chrono::milliseconds timeout = kPatience) {
    const auto answer = probe(address, target, timeout);
    return answer ? std::to_string(answer->status) + " " + answer->body : answer.error();
  }
  static std::string on_port(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }
};

TEST_F(ProbeTest, StatusAndBodyComeBack) {
  start();
  EXPECT_THAT(answer_of(on_port(port_)), HasSubstr("200 {\"method\":\"GET\",\"path\":\"/show\""));
  EXPECT_THAT(answer_of(on_port(port_), "/not-there"), HasSubstr("404 {"));
}

TEST_F(ProbeTest, AnAddressThatMeansEveryOneIsAskedOnLoopback) {
  start();
  EXPECT_THAT(answer_of("0.0.0.0:" + std::to_string(port_)), HasSubstr("200 {"));
}

TEST_F(ProbeTest, AUnixSocketIsAskedByItsPath) {
  const test::TemporaryFolder folder;
  const std::string address = "unix:" + (folder / "s");
  settings_.listen = {address};
  start();
  EXPECT_THAT(answer_of(address), HasSubstr("200 {"));
  loop_.call([this] { server_.reset(); });
  EXPECT_THAT(answer_of(address), HasSubstr("No such file"));
}

TEST_F(ProbeTest, APortWithoutAListenerIsAnError) {
  EXPECT_THAT(answer_of(on_port(test::closed_port())), HasSubstr("Connection refused"));
}

TEST_F(ProbeTest, AnInvalidAddressIsAnError) {
  EXPECT_THAT(answer_of("example.com:80"), HasSubstr("not host:port"));
  EXPECT_THAT(answer_of("unix:" + std::string(200, 'x')), HasSubstr("not usable"));
}

TEST_F(ProbeTest, ASilentServerIsAnError) {
  test::ScriptedPeer silent([](test::RawSocket& socket, std::size_t) { socket.read_to_end(); });
  EXPECT_THAT(answer_of(on_port(silent.port()), "/readyz", 50ms), HasSubstr("timeout"));
}

TEST_F(ProbeTest, AnEndlessAnswerIsAnError) {
  test::ScriptedPeer talker([](test::RawSocket& socket, std::size_t) {
    socket.send(test::ok_answer(std::string(200'000, 'x')));
    socket.read_to_end();
  });
  EXPECT_THAT(answer_of(on_port(talker.port())), HasSubstr("body limit"));
}

}  // namespace
}  // namespace remit::net
