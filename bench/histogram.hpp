// Counts of durations, each at most 0.8 % off: buckets as wide as a 128th of what they hold.
//
// Owned by one run and used from its thread. Cannot fail; what is longer than an hour counts as
// one.
#pragma once

#include <cstdint>
#include <vector>

namespace remit::bench {

class Histogram {
 public:
  Histogram();

  void add(std::int64_t nanoseconds);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double mean_us() const;
  [[nodiscard]] double max_us() const;
  /// The duration that this share of all is not above; 0 when there is none.
  [[nodiscard]] double quantile_us(double share) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::int64_t sum_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace remit::bench
