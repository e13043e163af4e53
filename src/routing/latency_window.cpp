#include "remit/routing/latency_window.hpp"

#include <algorithm>
#include <bit>

namespace remit::routing {
namespace {

// Latencies below are one bucket: nothing over a network is faster.
constexpr std::int64_t kUnitMicroseconds = 100;
constexpr std::size_t kStepsPerDoubling = 4;

}  // namespace

std::size_t LatencyWindow::bucket_of(Duration latency) {
  const auto units =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, latency.count() / kUnitMicroseconds));
  const auto doubling = static_cast<std::size_t>(std::bit_width(units) - 1);
  const std::uint64_t base = std::uint64_t{1} << doubling;
  const std::uint64_t step = (units - base) * kStepsPerDoubling / base;
  return std::min(doubling * kStepsPerDoubling + static_cast<std::size_t>(step), kBuckets - 1);
}

Duration LatencyWindow::upper_edge(std::size_t bucket) {
  const std::int64_t base = std::int64_t{1} << (bucket / kStepsPerDoubling);
  const auto step = static_cast<std::int64_t>(bucket % kStepsPerDoubling) + 1;
  const std::int64_t steps = kStepsPerDoubling;
  return Duration(kUnitMicroseconds * (base + (base * step + steps - 1) / steps));
}

bool LatencyWindow::counts_now(const Generation& generation, Duration now) const {
  const std::int64_t number = now.count() / generation_.count();
  return generation.samples > 0 && generation.number >= number - 1;
}

void LatencyWindow::add(Duration latency, Duration now) {
  const std::int64_t number = now.count() / generation_.count();
  Generation& generation = generations_[static_cast<std::size_t>(number & 1)];
  if (generation.number != number) generation = Generation{.number = number};
  ++generation.counts[bucket_of(latency)];
  ++generation.samples;
  generation.longest = std::max(generation.longest, latency);
}

std::optional<Duration> LatencyWindow::percentile(int percent, Duration now) const {
  std::int64_t samples = 0;
  for (const Generation& generation : generations_) {
    if (counts_now(generation, now)) samples += generation.samples;
  }
  if (samples == 0) return std::nullopt;
  const std::int64_t wanted = std::max<std::int64_t>(1, (samples * percent + 99) / 100);
  std::int64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    for (const Generation& generation : generations_) {
      if (counts_now(generation, now)) seen += generation.counts[bucket];
    }
    if (seen >= wanted) return std::min(upper_edge(bucket), longest(now).value_or(Duration{0}));
  }
  return longest(now);
}

std::optional<Duration> LatencyWindow::longest(Duration now) const {
  std::optional<Duration> found;
  for (const Generation& generation : generations_) {
    if (!counts_now(generation, now)) continue;
    if (!found || generation.longest > *found) found = generation.longest;
  }
  return found;
}

}  // namespace remit::routing
