// Deployments under load: instances one after the other, and nginx itself. No client may notice.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "faults/crash/figures.hpp"
#include "nginx_fixture.hpp"

namespace remit::test {
namespace {

enum class Connections { kept, one_each };

/// Clients that pay all the time: each sends requests that are never repeated, and writes down
/// every answer that is not a yes.
class Load {
 public:
  Load(const HttpApi& api, Connections connections) : connections_(connections) {
    constexpr int kClients = 4;
    for (int i = 0; i < kClients; ++i) {
      clients_.emplace_back([this, api](const std::stop_token& stop) { pay(api, stop); });
    }
  }
  /// Ends it.
  std::vector<Promise> promises() {
    for (std::jthread& client : clients_) client.request_stop();
    clients_.clear();
    return promises_;
  }
  [[nodiscard]] std::vector<std::string> failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
  }
  [[nodiscard]] int answered() const { return answered_; }

 private:
  void pay(const HttpApi& api, const std::stop_token& stop) {
    std::optional<RawSocket> socket;
    while (!stop.stop_requested()) {
      Promise promise;
      promise.kind = "charge";
      promise.key = fresh_uuid();
      promise.request = R"({"correlationId":")" + promise.key + R"(","amount":19.90})";
      promise.amount_minor = 1990;
      promise.currency = "BRL";
      try {
        if (!socket) socket.emplace(api.connect());
        const bool sent = socket->send(http_request("POST", "/payments", promise.request));
        const auto answer = sent ? socket->read_answer() : std::nullopt;
        note(std::move(promise), answer);
        const bool ends = !answer || answer->header("connection") == "close";
        if (ends || connections_ == Connections::one_each) socket.reset();
      } catch (const std::runtime_error& failure) {
        const std::lock_guard lock(mutex_);
        failures_.emplace_back(failure.what());
        socket.reset();
      }
    }
  }

  void note(Promise promise, const std::optional<RawAnswer>& answer) {
    const std::lock_guard lock(mutex_);
    ++answered_;
    if (!answer || answer->status != 202) {
      failures_.push_back(answer ? std::to_string(answer->status) + " " + answer->body : "reset");
      return;
    }
    promise.status = answer->status;
    promise.answer = answer->body;
    promise.payment_id = Json::parse(answer->body).at("payment_id");
    promise.attempts = 1;
    promises_.push_back(std::move(promise));
  }

  const Connections connections_;
  mutable std::mutex mutex_;
  std::vector<std::string> failures_;
  std::vector<Promise> promises_;
  std::atomic<int> answered_ = 0;
  std::vector<std::jthread> clients_;
};

class RollingRestart : public NginxTest {
 protected:
  /// Some requests have been answered since.
  static void await_answers(const Load& load, int more) {
    const int before = load.answered();
    EXPECT_TRUE(eventually([&] { return load.answered() >= before + more; }));
  }
  void expect_nobody_noticed(Load& load, const HttpApi& api) {
    const std::vector<Promise> promises = load.promises();
    EXPECT_EQ(load.failures(), std::vector<std::string>{});
    EXPECT_FALSE(promises.empty());
    expect_agreement({api}, promises);
  }
};

TEST_F(RollingRestart, ReplacingBothInstancesUnderLoadFailsNoRequest) {
  const int rounds = is_whole_campaign() ? 20 : 2;
  start_both();
  const Nginx nginx(addresses());
  Load load(nginx.api(), Connections::kept);
  for (int round = 0; round < rounds; ++round) {
    for (const std::size_t number : {0U, 1U}) {
      await_answers(load, 20);
      EXPECT_EQ(instance(number).terminate(), 0);
      await_answers(load, 20);
      start(number);
    }
  }
  expect_nobody_noticed(load, nginx.api());
}

TEST_F(RollingRestart, ReloadsOfNginxUnderLoadFailNoRequest) {
  const int rounds = is_whole_campaign() ? 20 : 5;
  start_both();
  Nginx nginx(addresses());
  // nginx ends connections that are idle at that moment, without a word to who is about to use
  // them.
  Load load(nginx.api(), Connections::one_each);
  for (int round = 0; round < rounds; ++round) {
    await_answers(load, 20);
    nginx.reload();
  }
  expect_nobody_noticed(load, nginx.api());
}

}  // namespace
}  // namespace remit::test
