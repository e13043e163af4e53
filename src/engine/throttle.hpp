// How many sagas a runner may have in memory while requests press: requests go before the engine
// when both want the same processor.
//
// The measure is how long requests wait for the database. While that is over the budget the limit
// shrinks by a quarter at a time, and grows again by an eighth when it is not; it never falls below
// kLeast, so that payments are carried on under any load. Pure; its runner's. Instants are given.
#pragma once

#include <algorithm>
#include <cstdint>

#include "remit/base/time.hpp"

namespace remit::engine {

class Throttle {
 public:
  static constexpr std::int64_t kLeast = 8;
  /// Between two changes: so long it takes for one to show.
  static constexpr Duration kInterval = std::chrono::milliseconds(20);

  Throttle(std::int64_t most, Duration budget) : most_(most), budget_(budget), limit_(most) {}

  /// What requests had to wait lately.
  void observe(Duration wait, Duration now) {
    if (now - changed_at_ < kInterval) return;
    changed_at_ = now;
    if (wait > budget_) {
      limit_ -= std::max<std::int64_t>(limit_ / 4, 1);
    } else {
      limit_ += std::max<std::int64_t>(limit_ / 8, 1);
    }
    limit_ = std::clamp(limit_, std::min(kLeast, most_), most_);
  }

  [[nodiscard]] std::int64_t limit() const { return limit_; }

 private:
  std::int64_t most_;
  Duration budget_;
  std::int64_t limit_;
  Duration changed_at_ = Duration::min() / 2;
};

}  // namespace remit::engine
