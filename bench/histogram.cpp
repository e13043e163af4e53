#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace remit::bench {
namespace {

constexpr int kBits = 7;
constexpr std::size_t kPerOctave = std::size_t{1} << kBits;
constexpr std::int64_t kLongest = 3'600'000'000'000;
constexpr double kPerMicrosecond = 1'000;

int shift_of(std::uint64_t value) {
  return std::max(static_cast<int>(std::bit_width(value)) - kBits - 1, 0);
}

std::size_t bucket_of(std::uint64_t value) {
  const int shift = shift_of(value);
  return kPerOctave * static_cast<std::size_t>(shift) + static_cast<std::size_t>(value >> shift);
}

/// The middle of a bucket's range.
double middle_of(std::size_t bucket) {
  if (bucket < 2 * kPerOctave) return static_cast<double>(bucket);
  const std::size_t shift = bucket / kPerOctave - 1;
  const std::size_t lowest = (bucket - kPerOctave * shift) << shift;
  return static_cast<double>(lowest) + static_cast<double>(std::size_t{1} << shift) / 2;
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(kLongest) + 1) {}

void Histogram::add(std::int64_t nanoseconds) {
  const std::int64_t value = std::clamp(nanoseconds, std::int64_t{0}, kLongest);
  ++buckets_[bucket_of(static_cast<std::uint64_t>(value))];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

double Histogram::mean_us() const {
  if (count_ == 0) return 0;
  return static_cast<double>(sum_) / static_cast<double>(count_) / kPerMicrosecond;
}

double Histogram::max_us() const { return static_cast<double>(max_) / kPerMicrosecond; }

double Histogram::quantile_us(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= wanted && seen > 0) {
      return std::min(middle_of(bucket), static_cast<double>(max_)) / kPerMicrosecond;
    }
  }
  return 0;
}

}  // namespace remit::bench
