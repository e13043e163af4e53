// Bodies that are larger than most may be: where they are taken, and how much of them at once.
#include <vector>

#include "server_fixture.hpp"

namespace remit::net {
namespace {

constexpr std::size_t kMebibyte = 1'048'576;

class ServerLargeBody : public ServerTest {
 protected:
  [[nodiscard]] Router make_router() const override {
    Router router;
    router.add(std::vector<Route>{
        {Method::post, "/batch", Scope::open, show, kMebibyte},
        {Method::post, "/show", Scope::open, show},
    });
    return router;
  }

  static std::string head(const std::string& path, std::size_t size, const std::string& more = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + more +
           "Content-Length: " + std::to_string(size) + "\r\n\r\n";
  }

  /// Whether the server wants the body of so many bytes; 503 otherwise.
  bool is_admitted(test::RawSocket& socket, std::size_t size) {
    socket.send(head("/batch", size, "Expect: 100-continue\r\n"));
    const std::string answer = socket.read_until("\r\n\r\n");
    if (answer.starts_with("HTTP/1.1 100")) return true;
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
    EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos) << answer;
    return false;
  }
};

TEST_F(ServerLargeBody, IsTakenWhereItIsExpected) {
  start();
  const std::string body = '"' + std::string(500'000, 'x') + '"';
  const auto answer = ask(head("/batch", body.size()) + body);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_GT(answer->body.size(), body.size());
  EXPECT_EQ(verdict(head("/show", body.size()) + body), "413 PAYLOAD_TOO_LARGE close");
  EXPECT_EQ(verdict(head("/batch", kMebibyte + 1)), "413 PAYLOAD_TOO_LARGE close");
}

TEST_F(ServerLargeBody, AllOfThemTogetherHaveABound) {
  start();
  std::vector<test::RawSocket> senders;
  for (int i = 0; i < 32; ++i) {
    senders.push_back(connect());
    EXPECT_TRUE(is_admitted(senders.back(), kMebibyte)) << i;
  }
  test::RawSocket one_more = connect();
  EXPECT_FALSE(is_admitted(one_more, kMebibyte));
  EXPECT_EQ(verdict(head("/batch", 2) + "{}"), "200") << "a small one is no part of it";
  senders.pop_back();
  bool has_room = false;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (!has_room && std::chrono::steady_clock::now() < limit) {
    test::RawSocket next = connect();
    has_room = is_admitted(next, kMebibyte);
  }
  EXPECT_TRUE(has_room) << "what is gone makes room";
}

}  // namespace
}  // namespace remit::net
