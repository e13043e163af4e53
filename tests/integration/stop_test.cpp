// A rolling restart: the instance goes, and no request is lost.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "product_test.hpp"

namespace remit::test {
namespace {

class StopTest : public ProductTest {
 protected:
  /// Sends requests on connections that it keeps until the server wants to close them, as a proxy
  /// does, and stops when nobody listens any more. Gives how many were answered, or nothing when
  /// one was not.
  static std::optional<int> talk_until_refused(std::uint16_t port, std::atomic<bool>* is_talking) {
    const std::string request = http_request("GET", "/payments-summary");
    std::optional<RawSocket> socket;
    for (int answered = 0;; ++answered) {
      if (!socket) {
        try {
          socket.emplace(RawSocket::to_port(port));
        } catch (const std::runtime_error&) {
          return answered;
        }
      }
      if (!socket->send(request)) return std::nullopt;
      const auto answer = socket->read_answer();
      if (!answer || answer->status != 200) return std::nullopt;
      *is_talking = true;
      if (answer->header("connection") == "close") socket.reset();
    }
  }
};

TEST_F(StopTest, LosesNoRequest) {
  RemitProcess remit(config, {"server.ready_drain=1s"});
  std::atomic<bool> is_talking = false;
  std::atomic<int> lost = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      if (!talk_until_refused(remit.port(), &is_talking)) ++lost;
    });
  }
  EXPECT_TRUE(eventually([&] { return is_talking.load(); }));
  remit.process().signal(SIGTERM);
  clients.clear();
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(remit.process().wait(std::chrono::seconds(60)), 0);
}

TEST_F(StopTest, SaysNotReadyForAWhileAndServesAllTheSame) {
  RemitProcess remit(config, {"server.ready_drain=1h"});
  const RawSocket idle = remit.api().connect();
  remit.process().signal(SIGTERM);
  HttpAnswer ready;
  EXPECT_TRUE(eventually([&] {
    ready = remit.api().get("/readyz");
    return ready.status == 503;
  }));
  EXPECT_EQ(ready.code(), "UNAVAILABLE");
  EXPECT_NE(ready.body.find("stopping"), std::string::npos) << ready.body;
  EXPECT_EQ(ready.header("connection"), "close");
  EXPECT_EQ(remit.api().get("/healthz").status, 200);
  await_payment(remit.api(), accept_charge(remit.api()), "COMPLETED");
  remit.process().signal(SIGTERM);
  EXPECT_EQ(remit.process().wait(std::chrono::seconds(60)), 1) << "a second signal ends at once";
}

TEST_F(StopTest, ConnectionsInTheBacklogAreServed) {
  RemitProcess remit(config);
  remit.process().signal(SIGSTOP);
  std::vector<RawSocket> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(remit.api().connect());
    waiting.back().send(http_request("GET", "/payments-summary"));
  }
  remit.process().signal(SIGTERM);
  remit.process().signal(SIGCONT);
  for (RawSocket& socket : waiting) {
    const auto answer = socket.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200) << answer->body;
  }
  EXPECT_EQ(remit.process().wait(std::chrono::seconds(60)), 0);
}

TEST_F(StopTest, AHangupIsNoReasonToStop) {
  RemitProcess remit(config);
  for (int i = 0; i < 2; ++i) {
    remit.process().signal(SIGHUP);
    EXPECT_TRUE(eventually([&] {
      const std::string log = remit.process().standard_error();
      const auto first = log.find("SIGHUP is ignored");
      return first != std::string::npos &&
             (i == 0 || log.find("SIGHUP is ignored", first + 1) != std::string::npos);
    }));
  }
  EXPECT_EQ(remit.api().get("/healthz").status, 200);
  EXPECT_EQ(remit.terminate(), 0);
}

}  // namespace
}  // namespace remit::test
