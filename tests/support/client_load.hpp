// Many clients at once, and what several threads do at the same moment.
//
// Main thread. A payment that nobody accepts fails the test; nothing throws.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "support/retrying_client.hpp"

namespace remit::test {

/// `work(i)` for each i below `count`, every one on a thread of its own, begun together.
template <class Work>
void at_once(std::size_t count, Work work) {
  std::latch begin(static_cast<std::ptrdiff_t>(count));
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&begin, &work, i] {
      begin.arrive_and_wait();
      work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

struct ClientLoad {
  std::size_t charges = 0;
  std::size_t conversions = 0;
  std::size_t clients = 8;
  /// One for each conversion, so that it is accepted whatever its providers do; empty: each gets
  /// one on the spot, and is refused for as long as no provider can take it.
  std::vector<std::string> quotes = {};
};

/// Quotes for so many conversions; fewer when they cannot be had in time.
[[nodiscard]] inline std::vector<std::string> take_quotes(const HttpApi& api, std::size_t count) {
  constexpr const char* kWanted = R"({"from_currency":"USD","to_currency":"EUR","amount":100000})";
  std::vector<std::string> quotes;
  EXPECT_TRUE(eventually([&] {
    while (quotes.size() < count) {
      const HttpAnswer answer = api.send("POST", "/quotes", kWanted);
      if (answer.status != 200) return false;
      quotes.push_back(answer.json().at("quote_id"));
    }
    return true;
  }));
  return quotes;
}

/// Different payments, each pursued until it is accepted; the clients take turns with the
/// instances.
[[nodiscard]] inline std::vector<Promise> pay(const Addresses& addresses, const ClientLoad& load) {
  const RetryingClient client(addresses);
  std::vector<Promise> promises(load.charges + load.conversions);
  at_once(load.clients, [&](std::size_t nth) {
    for (std::size_t i = nth; i < promises.size(); i += load.clients) {
      const auto amount = static_cast<std::int64_t>(1000 + i);
      Json conversion = conversion_body();
      if (i >= load.charges && !load.quotes.empty()) {
        conversion["quote_id"] = load.quotes.at(i - load.charges);
      }
      promises[i] = i < load.charges ? client.charge(amount, i) : client.convert(conversion, i);
    }
  });
  for (const Promise& promise : promises) {
    EXPECT_TRUE(promise.is_accepted()) << promise.kind << ": " << promise.answer;
  }
  return promises;
}

}  // namespace remit::test
