#include "remit/net/streamed_response.hpp"

#include <atomic>

#include "server_fixture.hpp"

namespace remit::net {
namespace {

using namespace std::chrono_literals;

/// So many parts of so many bytes; then an end, or a failure.
class Parts final : public BodySource {
 public:
  Parts(int count, std::size_t size, bool fails, std::shared_ptr<std::atomic<int>> made)
      : count_(count), size_(size), fails_(fails), made_(std::move(made)) {}
  Task<Result<std::optional<std::string>>> next() override {
    if (*made_ == count_ && fails_) co_return fail(kUnavailable, "the database is away");
    if (*made_ == count_) co_return std::nullopt;
    ++*made_;
    co_return std::string(size_, 'x');
  }

 private:
  int count_;
  std::size_t size_;
  bool fails_;
  std::shared_ptr<std::atomic<int>> made_;
};

class StreamedResponse : public ServerTest {
 protected:
  [[nodiscard]] Router make_router() const override {
    Router router;
    router.add({.method = Method::get,
                .pattern = "/streamed",
                .scope = Scope::open,
                .handler = [this](Request request) { return answer(std::move(request)); }});
    return router;
  }
  Task<Result<Response>> answer(Request request) const {
    auto place = places_->take(kFirstTenant);
    if (!place) co_return fail(place.error());
    co_return streamed_response(request, "text/plain",
                                std::make_shared<Parts>(count_, size_, fails_, made_),
                                *std::move(place), timeout_);
  }
  test::RawSocket ask(const std::string& method = "GET", const std::string& version = "1.1") {
    if (!server_) start();
    test::RawSocket socket = connect();
    socket.send(method + " /streamed HTTP/" + version + "\r\nHost: a\r\n\r\n");
    return socket;
  }
  void expect_places_back() {
    wait_until([this] { return places_->taken() == 0; });
  }

  int count_ = 3;
  std::size_t size_ = 5;
  bool fails_ = false;
  std::chrono::milliseconds timeout_ = 10s;
  std::shared_ptr<StreamPlaces> places_ = std::make_shared<StreamPlaces>(2, 2);
  std::shared_ptr<std::atomic<int>> made_ = std::make_shared<std::atomic<int>>(0);
};

TEST_F(StreamedResponse, IsSentInChunks) {
  const std::string answer = ask().read_to_end();
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n5\r\nxxxxx\r\n5\r\nxxxxx\r\n5\r\nxxxxx\r\n0\r\n\r\n"))
      << answer;
  expect_places_back();
}

TEST_F(StreamedResponse, EndsWithItsConnectionInHttp10) {
  const std::string answer = ask("GET", "1.0").read_to_end();
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nxxxxxxxxxxxxxxx")) << answer;
}

TEST_F(StreamedResponse, ToHeadIsItsHead) {
  test::RawSocket socket = ask("HEAD");
  const std::string answer = socket.read_until("\r\n\r\n");
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << answer;
  EXPECT_EQ(*made_, 0);
  expect_places_back();
}

TEST_F(StreamedResponse, IsCutShortWhenAPartCannotBeMade) {
  fails_ = true;
  const std::string answer = ask().read_to_end();
  EXPECT_TRUE(answer.ends_with("5\r\nxxxxx\r\n")) << answer;
  expect_places_back();
}

// A body of 4 GB for a client that reads nothing: it makes what the sockets hold and no more, and
// its connection is closed in time.
TEST_F(StreamedResponse, CostsAClientThatDoesNotReadAPartAndItsConnection) {
  count_ = 4'096;
  size_ = 1'048'576;
  timeout_ = 200ms;
  test::RawSocket socket = ask();
  wait_until([this] { return *made_ > 0; });
  expect_places_back();
  EXPECT_LT(*made_, 64);
}

TEST_F(StreamedResponse, EndsForAClientThatHasGone) {
  count_ = 4'096;
  size_ = 1'048'576;
  {
    test::RawSocket socket = ask();
    wait_until([this] { return *made_ > 0; });
  }
  expect_places_back();
  EXPECT_LT(*made_, 64);
}

TEST_F(StreamedResponse, IsRefusedWhenTooManyAreSent) {
  count_ = 4'096;
  size_ = 1'048'576;
  const test::RawSocket first = ask();
  const test::RawSocket second = ask();
  wait_until([this] { return places_->taken() == 2; });
  test::RawSocket third = ask();
  const std::string answer = third.read_until("\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("Retry-After: "), std::string::npos) << answer;
}

TEST(StreamPlaces, ATenantLeavesPlacesToOthers) {
  StreamPlaces places(3, 2);
  const auto first = places.take(TenantId(1));
  auto second = places.take(TenantId(1));
  EXPECT_FALSE(places.take(TenantId(1)));
  const auto other = places.take(TenantId(2));
  EXPECT_TRUE(other);
  EXPECT_FALSE(places.take(TenantId(3)));
  second = fail(kUnavailable, "given back");
  EXPECT_TRUE(places.take(TenantId(3)));
  EXPECT_EQ(places.taken(), 2U);
}

}  // namespace
}  // namespace remit::net
