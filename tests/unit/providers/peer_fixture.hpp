// A provider played by a real server on a port of its own: it keeps what it was asked and answers
// what the test laid ready, in order.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "remit/net/client.hpp"
#include "remit/net/server.hpp"
#include "support/run_task.hpp"

namespace remit::providers::test {

class PeerFixture : public testing::Test {
 protected:
  PeerFixture() {
    net::ServerSettings settings;
    settings.listen = {"127.0.0.1:0"};
    server_ = std::make_unique<net::Server>(context_.get_executor(), settings, router());
    const auto started = server_->start();
    if (!started) throw std::runtime_error(started.error());
  }
  void TearDown() override {
    if (client_closer_) client_closer_();
    remit::test::run(context_, server_->drain(std::chrono::milliseconds(100)));
  }

  void answer(int status, std::string body, std::string type = "application/json") {
    answers_.push_back({status, std::move(body), std::move(type)});
  }
  /// In the words of a provider whose contract has problem documents.
  void answer_problem(int status, std::string code) {
    answer(status, R"({"code":")" + code + R"(","title":"No"})", "application/problem+json");
  }

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
  }
  [[nodiscard]] std::unique_ptr<net::Client> client_to(const std::string& url) {
    net::ClientSettings settings;
    settings.base_url = url;
    auto client = net::Client::make(context_.get_executor(), settings, clock_);
    if (!client) throw std::runtime_error(client.error());
    return *std::move(client);
  }
  template <class T>
  T run(Task<T> task) {
    return remit::test::run(context_, std::move(task));
  }

  boost::asio::io_context context_;
  SystemClock clock_;
  std::vector<net::Request> asked_;
  std::function<void()> client_closer_;

 private:
  struct Canned {
    int status;
    std::string body;
    std::string type;
  };

  net::Router router() {
    net::Router router;
    const auto handler = [this](net::Request request) { return serve(std::move(request)); };
    for (const auto* const pattern : {"/{a}", "/{a}/{b}", "/{a}/{b}/{c}"}) {
      for (const net::Method method : {net::Method::get, net::Method::post}) {
        router.add({method, pattern, net::Scope::open, handler});
      }
    }
    return router;
  }
  Task<Result<net::Response>> serve(net::Request request) {
    asked_.push_back(std::move(request));
    Canned next{500, "nothing was laid ready", "text/plain"};
    if (!answers_.empty()) {
      next = std::move(answers_.front());
      answers_.pop_front();
    }
    net::Response response = net::json_response(next.status, next.body);
    response.content_type = next.type;
    co_return response;
  }

  std::deque<Canned> answers_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace remit::providers::test
