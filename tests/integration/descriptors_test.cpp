// Few files may be open, and more clients come than there are places.
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "product_test.hpp"

namespace remit::test {
namespace {

using DescriptorsTest = ProductTest;

TEST_F(DescriptorsTest, ClientsBeyondTheLimitAreTurnedAwayAndPaymentsGoOn) {
  RemitProcess remit(config, {}, {}, "ulimit -n 320");
  const std::string request = http_request("GET", "/healthz");
  std::vector<RawSocket> places;
  int turned_away = 0;
  for (int i = 0; i < 400; ++i) {
    RawSocket socket = remit.api().connect();
    socket.send(request);
    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer) << "connection " << i << " hangs";
    if (answer->status == 200) {
      places.push_back(std::move(socket));
      continue;
    }
    ++turned_away;
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->header("retry-after"), "1");
  }
  EXPECT_GE(places.size(), 16U);
  EXPECT_GT(turned_away, 0);

  // All places are taken, and the service's own calls and lanes have theirs.
  const std::string id = fresh_uuid();
  const std::string charge = R"({"correlationId":")" + id + R"(","amount":19.90})";
  RawSocket& place = places.front();
  place.send(http_request("POST", "/payments", charge));
  const auto accepted = place.read_answer();
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->status, 202) << accepted->body;
  EXPECT_TRUE(eventually(
      [&] { return sql("SELECT count(*) FROM saga WHERE status = 'COMPLETED'") == "1"; }));
  place.send(http_request("POST", "/quotes",
                          R"({"from_currency":"USD","to_currency":"EUR","amount":100000})"));
  const auto quoted = place.read_answer();
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->status, 200) << quoted->body;

  places.clear();
  EXPECT_TRUE(eventually([&] { return remit.api().get("/readyz").status == 200; }));
  EXPECT_NE(remit.process().standard_error().find("fewer connections"), std::string::npos);
  EXPECT_EQ(remit.terminate(), 0);
}

TEST_F(DescriptorsTest, WithoutOneLeftACallerIsTurnedAwayAndTheNextServed) {
  RemitProcess remit(config);
  // The loop, which waits for a connection, is told of none left; with its spare one it succeeds.
  ChildProcess strace({"/usr/bin/strace", "-o", "/dev/null", "-p",
                       std::to_string(remit.process().pid()), "-e", "trace=accept,accept4", "-e",
                       "inject=accept,accept4:error=EMFILE:when=1+2"});
  ASSERT_TRUE(eventually([&] {
    return strace.standard_error().find(" attached") != std::string::npos;
  })) << strace.standard_error();
  RawSocket socket = remit.api().connect();
  socket.send(http_request("GET", "/healthz"));
  const auto answer = socket.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->header("retry-after"), "1");
  strace.signal(SIGTERM);  // it lets go of what it watches
  ASSERT_TRUE(strace.wait(std::chrono::seconds(30)));
  EXPECT_EQ(remit.api().get("/healthz").status, 200);
  EXPECT_NE(remit.process().standard_error().find("connections cannot be accepted"),
            std::string::npos);
  EXPECT_EQ(remit.terminate(), 0);
}

TEST_F(DescriptorsTest, TheSoftLimitIsRaised) {
  RemitProcess remit(config, {}, {}, "ulimit -S -n 64");
  EXPECT_EQ(remit.process().standard_error().find("fewer connections"), std::string::npos)
      << remit.process().standard_error();
  EXPECT_EQ(remit.terminate(), 0);
}

TEST_F(DescriptorsTest, TooFewAreRefusedInOneLine) {
  RemitProcess remit(RemitProcess::NotReady{}, config, {}, {}, "ulimit -n 100");
  EXPECT_EQ(remit.process().wait(std::chrono::seconds(60)), 1);
  EXPECT_NE(remit.process().standard_error().find("ulimit -n"), std::string::npos)
      << remit.process().standard_error();
}

}  // namespace
}  // namespace remit::test
