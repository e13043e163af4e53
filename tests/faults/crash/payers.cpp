#include "faults/crash/payers.hpp"

namespace remit::test {

Payers::Payers(const Addresses& addresses, int count, unsigned seed) : addresses_(addresses) {
  for (int i = 0; i < count; ++i) {
    const std::mt19937 random(seed * 1000 + static_cast<unsigned>(i));
    threads_.emplace_back([this, random] { pay(random); });
  }
}

Payers::~Payers() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
}

std::vector<Promise> Payers::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return std::move(promises_);
}

void Payers::pay(std::mt19937 random) {
  const RetryingClient client(addresses_);
  while (!stopping_) {
    const std::size_t first = random() % 2;
    const std::int64_t amount = 1 + random() % 100'000;
    Promise promise =
        random() % 3 == 0 ? client.convert(conversion_body(), first) : client.charge(amount, first);
    {
      const std::lock_guard lock(mutex_);
      promises_.push_back(std::move(promise));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
  }
}

}  // namespace remit::test
