// A client on the test's own io_context, and the calls that its tests make.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "client_impl.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_peer.hpp"

namespace remit::net {

class ClientTest : public testing::Test {
 protected:
  void make(ClientSettings settings) {
    auto made = Client::make(context_.get_executor(), std::move(settings), clock_);
    if (!made) throw std::runtime_error(made.error());
    client_ = *std::move(made);
  }
  /// With names of the test's own.
  void make(ClientSettings settings, Resolver::Settings names) {
    auto made =
        Client::Impl::make(context_.get_executor(), std::move(settings), clock_, std::move(names));
    if (!made) throw std::runtime_error(made.error());
    client_ = *std::move(made);
  }
  void make_for(const std::string& url) {
    ClientSettings settings;
    settings.base_url = url;
    make(std::move(settings));
  }

  static Call get(const std::string& target) {
    Call call;
    call.target = target;
    return call;
  }
  static Call post(const std::string& target, const std::string& body) {
    Call call = get(target);
    call.method = Method::post;
    call.body = body;
    return call;
  }
  /// With so little time that it ends while the peer is silent.
  static Call hasty(Call call) {
    call.timeout = std::chrono::milliseconds(60);
    return call;
  }

  CallResult run(Call call) { return test::run(context_, client_->call(std::move(call))); }

  boost::asio::io_context context_{1};
  test::ManualClock clock_{Timestamp{}};
  std::unique_ptr<Client> client_;
};

}  // namespace remit::net
