#include <gmock/gmock.h>

#include "server_fixture.hpp"

// Framing: what one request is and where the next begins. A proxy that sees another border than we
// do lets requests be smuggled through it, so whatever is unclear is refused and the connection
// closed.
namespace remit::net {
namespace {

using testing::HasSubstr;

class ServerFraming : public ServerTest {
 protected:
  ServerFraming() { start(); }

  /// Sends `head` in two pieces, of which the server has taken the first before the second is sent.
  std::string status_in_two(const std::string& head, std::size_t first) {
    test::RawSocket socket = connect();
    socket.send(head.substr(0, first));
    // What has come before a turn of the loop begins is read in that turn or the next.
    for (int turn = 0; turn < 3; ++turn) loop_.call([] { return true; });
    socket.send(head.substr(first));
    const auto answer = socket.read_answer();
    return answer ? std::to_string(answer->status) : "none";
  }
};

constexpr const char* kRefused = "400 BAD_REQUEST close";
const std::string kHidden = "GET /show?smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post_with(const std::string& fields, const std::string& body) {
  return "POST /show HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + fields + "\r\n" +
         body;
}

TEST_F(ServerFraming, NothingHiddenInABodyIsEverRun) {
  const std::string chunked_end = "0\r\n\r\n" + kHidden;
  for (const std::string& fields :
       {std::string("Transfer-Encoding: xchunked\r\n"),
        std::string("Transfer-Encoding: gzip\r\n"),
        std::string("Transfer-Encoding: \r\n"),
        std::string("Transfer-Encoding: chunked, gzip\r\n"),
        std::string("Transfer-Encoding: gzip, chunked\r\n"),
        std::string("Transfer-Encoding: \"chunked\"\r\n"),
        std::string("Transfer-Encoding: identity\r\n"),
        std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        std::string("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"),
        std::string("Content-Length: 5\r\nContent-Length: 6\r\n"),
        std::string("Content-Length: 5\r\nContent-Length: 5\r\n"),
        std::string("Content-Length: 5, 5\r\n"),
        std::string("Content-Length: +5\r\n"),
        std::string("Content-Length: -5\r\n"),
        std::string("Content-Length: 0x5\r\n"),
        std::string("Content-Length: 5 5\r\n"),
        std::string("Content-Length: \r\n"),
        std::string("Content-Length: 18446744073709551621\r\n"),
        std::string("Content-Length : 5\r\n"),
        std::string("Transfer-Encoding : chunked\r\n")}) {
    test::RawSocket socket = connect();
    socket.send(post_with(fields, chunked_end));
    const std::string all = socket.read_to_end();
    EXPECT_THAT(all, testing::StartsWith("HTTP/1.1 400 ")) << fields;
    EXPECT_THAT(all, testing::Not(HasSubstr("smuggled"))) << fields;
  }
}

TEST_F(ServerFraming, FieldsWithOneValueComeOnce) {
  for (const char* name :
       {"Content-Type", "Authorization", "Origin", "Access-Control-Request-Method"}) {
    const std::string line = std::string(name) + ": application/json\r\n";
    const std::string head = "POST /show HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n";
    EXPECT_EQ(verdict(head + line + line + "\r\n{}"), kRefused) << name;
    EXPECT_NE(verdict(head + line + "\r\n{}"), kRefused) << name;
  }
}

TEST_F(ServerFraming, ExactlyOneValidHost) {
  const auto with = [this](const std::string& hosts) {
    return verdict("GET /show HTTP/1.1\r\n" + hosts + "\r\n");
  };
  for (const std::string good : {"a", "a.b-c:80", "127.0.0.1:9999", "[::1]", "[::1]:80", "a:"}) {
    EXPECT_EQ(with("Host: " + good + "\r\n"), "200") << good;
  }
  EXPECT_EQ(with(""), kRefused);
  EXPECT_EQ(with("Host: a\r\nHost: a\r\n"), kRefused);
  for (const std::string bad :
       {"", "a b", "a/b", "user@a", "a:b", "a:999999", "[::1", "[x]", "a#", "a:80:80"}) {
    EXPECT_EQ(with("Host: " + bad + "\r\n"), kRefused) << bad;
  }
}

TEST_F(ServerFraming, Http10IsSpokenWithoutChunks) {
  test::RawSocket socket = connect();
  socket.send("GET /show HTTP/1.0\r\n\r\n");
  EXPECT_THAT(socket.read_to_end(), HasSubstr("Connection: close\r\n"));

  test::RawSocket kept = connect();
  kept.send("GET /show HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.read_answer()->header("connection"), "keep-alive");
  kept.send("GET /show HTTP/1.0\r\n\r\n");
  EXPECT_EQ(kept.read_answer()->status, 200);

  EXPECT_EQ(verdict("POST /show HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            kRefused);
}

TEST_F(ServerFraming, BrokenChunksAreRefused) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  for (const std::string& body :
       {std::string("x\r\n"), std::string("-1\r\n"), std::string("0x1\r\na\r\n0\r\n\r\n"),
        std::string("10000000000000000\r\n"), std::string("1\r\nab\r\n0\r\n\r\n"),
        "1;" + std::string(65'536, 'e') + "\r\na\r\n0\r\n\r\n",
        "1;e=" + std::string(300, 'e') + "\r\na\r\n0\r\n\r\n"}) {
    const std::string found = verdict(post_with(chunked, body));
    EXPECT_TRUE(found == kRefused || found == "413 PAYLOAD_TOO_LARGE close")
        << found << " for " << body.substr(0, 30);
  }
}

TEST_F(ServerFraming, TrailersDoNotEndTheSession) {
  test::RawSocket socket = connect();
  socket.send(post_with("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\nX-A: b\r\n\r\n") +
              kHidden);
  EXPECT_EQ(socket.read_answer()->status, 200);
  EXPECT_THAT(socket.read_answer()->body, HasSubstr("smuggled="));
}

TEST_F(ServerFraming, GarbageIsRefused) {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02\r\n\r\n"), std::string("GET /show\r\n\r\n"),
        std::string("GET  /show HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::string("GET /show HTTP/1.1\nHost: a\n\n"),
        std::string("GET /show HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n"),
        std::string("GET /show HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n"),
        std::string("GET /sh\x7Fow HTTP/1.1\r\nHost: a\r\n\r\n"),
        std::string("GET /show HTTP/1.1\r\nHost: a\r\nX: a\rz\r\n\r\n")}) {
    test::RawSocket socket = connect();
    socket.send(bytes);
    socket.shut_down_sending();
    const std::string all = socket.read_to_end();
    EXPECT_TRUE(all.empty() || all.starts_with("HTTP/1.1 400 ") || all.starts_with("HTTP/1.1 505 "))
        << bytes << " was answered " << all;
  }
  for (const char* line : {"GET /a b HTTP/1.1", "GET /show", "GET /show HTTQ/1.1"}) {
    EXPECT_EQ(verdict(std::string(line) + "\r\nHost: a\r\n\r\n"), kRefused) << line;
  }
  EXPECT_EQ(verdict("GET /show HTTP/2.0\r\nHost: a\r\n\r\n"),
            "505 HTTP_VERSION_NOT_SUPPORTED close");
}

TEST_F(ServerFraming, AHeaderInSeveralPacketsIsReadAsOne) {
  const std::string oldest = "GET /show HTTP/1.0\r\n\r\n";
  for (std::size_t first = 1; first < oldest.size(); ++first) {
    EXPECT_EQ(status_in_two(oldest, first), "200") << first;
  }
  // The empty line ends a head without Host; what follows is not of it.
  const std::string headless = "GET /show HTTP/1.1\r\n\r\nHost: a\r\n\r\n";
  for (std::size_t first = 1; first < headless.size(); ++first) {
    EXPECT_EQ(status_in_two(headless, first), "400") << first;
  }
}

TEST_F(ServerFraming, AnEmptyLineBeforeARequestIsSkippedHoweverItComes) {
  const std::string request = "\r\nGET /show HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t first = 1; first < request.size(); ++first) {
    EXPECT_EQ(status_in_two(request, first), "200") << first;
  }
}

TEST_F(ServerFraming, AConnectionCarriesManyRequests) {
  test::RawSocket socket = connect();
  for (int i = 0; i < 20; ++i) {
    socket.send("\r\nGET /show?n=" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->body, HasSubstr("\"n=" + std::to_string(i) + "\""));
    EXPECT_EQ(answer->header("connection"), "");
  }
}

TEST_F(ServerFraming, PipelinedRequestsAreAnsweredInOrder) {
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += i % 2 == 0 ? "GET /show?n=" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n"
                      : "POST /show?n=" + std::to_string(i) +
                            " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                            "Content-Length: 2\r\n\r\n{}";
  }
  test::RawSocket socket = connect();
  socket.send(all);
  for (int i = 0; i < 200; ++i) {
    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->body, HasSubstr("\"n=" + std::to_string(i) + "\""));
  }
}

TEST_F(ServerFraming, RequestsMayComeByteByByte) {
  test::RawSocket socket = connect();
  for (const char c :
       post_with("Transfer-Encoding: chunked\r\n", "1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n")) {
    socket.send(std::string(1, c));
  }
  EXPECT_THAT(socket.read_answer()->body, HasSubstr(R"("body":"{}")"));
}

TEST_F(ServerFraming, CloseIsHonoured) {
  test::RawSocket socket = connect();
  socket.send("GET /show HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + kHidden);
  const std::string all = socket.read_to_end();
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(all, testing::Not(HasSubstr("smuggled")));
}

}  // namespace
}  // namespace remit::net
