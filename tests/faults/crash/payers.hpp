// Clients that keep paying while the world around them fails: charges and conversions, each retried
// with its key at either instance until it is answered.
//
// Owned by the test; main thread. The addresses outlive it.
#pragma once

#include <atomic>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "support/retrying_client.hpp"

namespace remit::test {

class Payers {
 public:
  Payers(const Addresses& addresses, int count, unsigned seed);
  Payers(const Payers&) = delete;
  Payers& operator=(const Payers&) = delete;
  ~Payers();

  /// Each gets its last answer first; then, what all of them were told.
  [[nodiscard]] std::vector<Promise> stop();

 private:
  void pay(std::mt19937 random);

  const Addresses& addresses_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;  // of promises_
  std::vector<Promise> promises_;
  std::vector<std::thread> threads_;
};

}  // namespace remit::test
