// A world on ports of the system's choosing, with manual time, and clients that speak to it over
// real sockets.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/net/client.hpp"
#include "remit/sandbox/world.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::sandbox::testing {

/// What came of a call that other calls may overtake.
struct Pending {
  bool done = false;
  net::CallResult result;
};

class WorldFixture : public ::testing::Test {
 protected:
  void start(WorldSettings settings = {}) {
    settings_ = std::move(settings);
    world_ = std::make_unique<World>(loop_.get_executor(), clock_, alarms_, settings_);
    const std::expected<void, std::string> started = world_->start();
    ASSERT_TRUE(started) << started.error();
  }

  void SetUp() override { start(); }

  void TearDown() override { stop(); }

  void stop() {
    if (!world_) return;
    for (const auto& [name, client] : clients_) client->close();
    clients_.clear();
    test::run(loop_, world_->stop(std::chrono::seconds(1)));
    world_.reset();
  }

  net::Client& client(const std::string& name) {
    std::unique_ptr<net::Client>& client = clients_[name];
    if (!client) {
      net::ClientSettings settings;
      settings.base_url = world_->url(name);
      settings.max_connections = 2'000;
      auto made = net::Client::make(loop_.get_executor(), settings, clock_);
      if (!made) throw std::runtime_error(made.error());
      client = std::move(*made);
    }
    return *client;
  }

  static net::Call make_call(net::Method method, std::string target, std::string body = {},
                             std::vector<net::Header> headers = {}) {
    net::Call call;
    call.method = method;
    call.target = std::move(target);
    call.body = std::move(body);
    call.headers = std::move(headers);
    return call;
  }

  std::shared_ptr<Pending> begin(const std::string& name, net::Call call) {
    auto pending = std::make_shared<Pending>();
    boost::asio::co_spawn(loop_, client(name).call(std::move(call)),
                          [pending](std::exception_ptr, net::CallResult result) {
                            pending->result = std::move(result);
                            pending->done = true;
                          });
    return pending;
  }

  net::CallResult call_raw(const std::string& name, net::Call call) {
    return test::run(loop_, client(name).call(std::move(call)));
  }

  /// The answer; a call without one fails the test and is status 0.
  net::Answer call(const std::string& name, net::Call made) {
    net::CallResult result = call_raw(name, std::move(made));
    if (result) return *std::move(result);
    ADD_FAILURE() << "no answer: " << result.error().detail;
    return {};
  }
  net::Answer get(const std::string& name, std::string target,
                  std::vector<net::Header> headers = {}) {
    return call(name, make_call(net::Method::get, std::move(target), {}, std::move(headers)));
  }
  net::Answer post(const std::string& name, std::string target, std::string body,
                   std::vector<net::Header> headers = {}) {
    return call(
        name, make_call(net::Method::post, std::move(target), std::move(body), std::move(headers)));
  }
  net::Answer put(const std::string& name, std::string target, std::string body,
                  std::vector<net::Header> headers = {}) {
    return call(
        name, make_call(net::Method::put, std::move(target), std::move(body), std::move(headers)));
  }

  template <class Done>
  void run_until(Done done) {
    test::run_until(loop_, done);
  }

  /// A member as JSON: a text with its quotes, a number as it was written.
  static std::string text_of(const net::Answer& answer, std::string_view name) {
    const Result<net::JsonValue> body = net::parse_json(answer.body);
    if (!body || body->object() == nullptr) return "not an object: " + answer.body;
    const auto found = body->object()->find(name);
    if (found == body->object()->end()) return "absent";
    const net::JsonNumber* number = found->second.number();
    return number != nullptr ? number->text : net::canonical_json(found->second);
  }

  static std::string uuid(int number) {
    return SeededUuidSource(static_cast<std::uint64_t>(number)).next().to_string();
  }

  boost::asio::io_context loop_{1};
  test::ManualClock clock_{*parse_timestamp("2026-11-20T17:05:00Z")};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  WorldSettings settings_;
  std::unique_ptr<World> world_;
  std::map<std::string, std::unique_ptr<net::Client>> clients_;
};

}  // namespace remit::sandbox::testing
