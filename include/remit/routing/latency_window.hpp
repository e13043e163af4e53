// How long calls took lately: a histogram of fixed size over two generations of time.
//
// Percentiles are the upper edge of a logarithmic bucket (at most a quarter too high). Instants are
// monotonic and given. One owner, one thread; nothing fails.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "remit/base/time.hpp"

namespace remit::routing {

class LatencyWindow {
 public:
  /// Samples count for at least one `generation` and at most two.
  explicit LatencyWindow(Duration generation) : generation_(generation) {}

  void add(Duration latency, Duration now);
  /// `percent` in 1 … 100; empty when there is no sample.
  [[nodiscard]] std::optional<Duration> percentile(int percent, Duration now) const;
  [[nodiscard]] std::optional<Duration> longest(Duration now) const;

 private:
  // Four buckets to each doubling, from 100 µs to beyond an hour.
  static constexpr std::size_t kBuckets = 104;
  struct Generation {
    std::int64_t number = -1;
    std::array<std::uint32_t, kBuckets> counts{};
    Duration longest{0};
    std::int64_t samples = 0;
  };

  [[nodiscard]] static std::size_t bucket_of(Duration latency);
  [[nodiscard]] static Duration upper_edge(std::size_t bucket);
  [[nodiscard]] bool counts_now(const Generation& generation, Duration now) const;

  Duration generation_;
  std::array<Generation, 2> generations_;
};

}  // namespace remit::routing
