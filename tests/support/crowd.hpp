// Many clients at once, and what several threads do at the same moment.
//
// Main thread. A payment that nobody accepts fails the test; nothing throws.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <latch>
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

struct Crowd {
  std::size_t charges = 0;
  std::size_t conversions = 0;
  std::size_t clients = 8;
};

/// Different payments, each pursued until it is accepted; the clients take turns with the
/// instances.
[[nodiscard]] inline std::vector<Promise> pay(const Addresses& addresses, const Crowd& crowd) {
  const RetryingClient client(addresses);
  std::vector<Promise> promises(crowd.charges + crowd.conversions);
  at_once(crowd.clients, [&](std::size_t nth) {
    for (std::size_t i = nth; i < promises.size(); i += crowd.clients) {
      const auto amount = static_cast<std::int64_t>(1000 + i);
      promises[i] =
          i < crowd.charges ? client.charge(amount, i) : client.convert(conversion_body(), i);
    }
  });
  for (const Promise& promise : promises) {
    EXPECT_TRUE(promise.is_accepted()) << promise.kind << ": " << promise.answer;
  }
  return promises;
}

}  // namespace remit::test
