// What is refused before it was read whole: the client sees why, although it is still sending.
#include <gmock/gmock.h>

#include <vector>

#include "server_fixture.hpp"

namespace remit::net {
namespace {

constexpr std::size_t kMuch = 16'000'000;

struct Refused {
  std::string head;
  int status;
};

using ServerRefusal = ServerTest;

TEST_F(ServerRefusal, IsSeenByAClientThatSendsItsWholeBodyFirst) {
  start();
  const std::string body(kMuch, 'x');
  const std::string too_long = "Content-Length: " + std::to_string(kMuch) + "\r\n";
  const std::string length = "Content-Length: 60000\r\n";
  const std::vector<Refused> all = {
      {"POST /show HTTP/1.1\r\nHost: a\r\n" + too_long + "\r\n", 413},
      {"POST /nowhere HTTP/1.1\r\nHost: a\r\n" + too_long + "\r\n", 413},
      {"POST /show HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nf42400\r\n", 413},
      {"POST /show HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400},
      {"POST /show HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + length + "\r\n", 400},
      {"POST /show HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n" + length + "\r\n", 417},
      {"BREW /show HTTP/1.1\r\nHost: a\r\n" + length + "\r\n", 501},
      {"POST /show HTTP/1.1\r\nHost: a\r\nX-Long: ", 431},
      {"POST /show HTTP/3.7\r\nHost: a\r\n" + length + "\r\n", 505},
  };
  for (const Refused& refused : all) {
    test::RawSocket socket = connect();
    EXPECT_TRUE(socket.send(refused.head)) << refused.head;
    EXPECT_TRUE(socket.send(body)) << refused.head;
    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer) << refused.head;
    EXPECT_EQ(answer->status, refused.status) << refused.head;
    EXPECT_EQ(answer->header("connection"), "close");
  }
}

TEST_F(ServerRefusal, IsSeenByAClientThatIsStillSendingWhenTheServerIsFull) {
  settings_.max_connections = 1;
  start();
  test::RawSocket first = connect();
  first.send("GET /show HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(first.read_answer());
  test::RawSocket second = connect();
  EXPECT_TRUE(second.send("POST /show HTTP/1.1\r\nHost: a\r\nContent-Length: 16000000\r\n\r\n"));
  EXPECT_TRUE(second.send(std::string(kMuch, 'x')));
  const auto answer = second.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
}

TEST_F(ServerRefusal, IsNotReadOnWithoutEnd) {
  start();
  test::RawSocket socket = connect();
  socket.send("POST /show HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n");
  const std::string piece(1'000'000, 'x');
  std::size_t sent = 0;
  while (sent < 1'000'000'000 && socket.send(piece)) sent += piece.size();
  EXPECT_LT(sent, 1'000'000'000U);
}

}  // namespace
}  // namespace remit::net
