// A client that wants no more than the beginning of a long answer.
#include <gmock/gmock.h>

#include "client_fixture.hpp"

namespace remit::net {
namespace {

using namespace std::chrono_literals;

class ClientLongAnswer : public ClientTest {
 protected:
  CallResult ask(const std::string& answer) {
    test::ScriptedPeer peer([answer](test::RawSocket& socket, std::size_t) {
      while (!socket.read_request().empty()) {
        if (!socket.send(answer)) return;
      }
    });
    ClientSettings settings;
    settings.base_url = peer.url();
    settings.max_response_bytes = 10;
    settings.cuts_long_answers = true;
    make(std::move(settings));
    Call call = post("/", "{}");
    call.timeout = 15s;
    const CallResult first = run(call);
    static_cast<void>(run(call));
    connections_ = client_->connections_made();
    client_.reset();
    return first;
  }

  std::size_t connections_ = 0;
};

TEST_F(ClientLongAnswer, IsItsBeginningAndEndsTheConnection) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& rest : {
           std::string("Content-Length: 20\r\n\r\n01234567890123456789"),
           "Content-Length: 1000000000000\r\n\r\n" + std::string(5'000, '0'),
           std::string(
               "Transfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n"),
       }) {
    const CallResult result = ask(head + rest);
    ASSERT_TRUE(result) << result.error().detail << rest.substr(0, 40);
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->body.size(), 10U);
    EXPECT_EQ(connections_, 2U);
  }
}

TEST_F(ClientLongAnswer, IsWholeUpToTheLimit) {
  const CallResult result = ask("HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\n0123456789");
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->status, 500);
  EXPECT_EQ(result->body, "0123456789");
  EXPECT_EQ(connections_, 1U);
}

TEST_F(ClientLongAnswer, IsGarbageToAClientThatWantsAllOfIt) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) {
    socket.read_request();
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890");
  });
  ClientSettings settings;
  settings.base_url = peer.url();
  settings.max_response_bytes = 10;
  make(std::move(settings));
  EXPECT_EQ(run(get("/")).error().kind, CallError::Kind::garbage);
  client_.reset();
}

}  // namespace
}  // namespace remit::net
