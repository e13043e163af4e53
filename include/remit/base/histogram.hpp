// How many values were at most as large as each of some bounds, and their sum: what metrics show of
// sizes and durations. A plain value of one thread; nothing fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace remit {

class Histogram {
 public:
  /// Ascending, in static storage.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), counts_(bounds.size() + 1) {}

  void add(double value) {
    const auto bound = std::ranges::lower_bound(bounds_, value);
    ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
    sum_ += value;
  }

  [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
  /// Of those above the bound before, up to each bound; the last are above all bounds.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

}  // namespace remit
