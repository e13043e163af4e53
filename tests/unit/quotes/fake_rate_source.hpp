// A source of rates whose answers a test lays down, and which can be held back.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <string>
#include <utility>

#include "remit/providers/reports.hpp"

namespace remit::quotes::test {

class FakeRateSource final : public providers::RateSource {
 public:
  FakeRateSource(Executor executor, std::string name, const Clock& clock)
      : name_(std::move(name)), clock_(clock), held_(std::move(executor)) {
    held_.expires_at(std::chrono::steady_clock::time_point::max());
  }

  [[nodiscard]] const std::string& name() const override { return name_; }

  Task<Result<providers::RateReading>> read(Currency from, Currency to, Duration) override {
    ++asked;
    if (is_held) {
      boost::system::error_code ignored;
      auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
      co_await held_.async_wait(token);
    }
    const auto rate = rates_.find({from, to});
    if (rate == rates_.end()) {
      co_return fail(providers::kProviderUnreachable, "no such pair");
    }
    co_return providers::RateReading{rate->second, clock_.now() - age};
  }

  void set(Currency from, Currency to, std::string_view rate) {
    rates_[{from, to}] = *Rate::parse(rate);
  }
  void forget() { rates_.clear(); }
  void release() {
    is_held = false;
    held_.cancel();
  }

  int asked = 0;
  bool is_held = false;
  Duration age{0};

 private:
  std::string name_;
  const Clock& clock_;
  std::map<std::pair<Currency, Currency>, Rate> rates_;
  boost::asio::steady_timer held_;
};

}  // namespace remit::quotes::test
