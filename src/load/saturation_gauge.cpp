#include "remit/load/saturation_gauge.hpp"

#include <algorithm>

namespace remit::load {

void SaturationGauge::arrived(Instant now) {
  pass(now);
  ++outstanding_;
}

void SaturationGauge::answered(std::size_t count, Instant now) {
  left(count, now);
  responses_ += static_cast<double>(count);
}

void SaturationGauge::delivered(std::size_t count, Instant now) {
  pass(now);
  responses_ -= static_cast<double>(count);
}

void SaturationGauge::left(std::size_t count, Instant now) {
  pass(now);
  outstanding_ -= static_cast<double>(count);
}

void SaturationGauge::observe(const Traffic& traffic) {
  clients_ = static_cast<double>(traffic.clients);
  average_ = std::min(average_, clients_);
  is_busy_ =
      traffic.requests_per_second >= kBusyFromRate && traffic.requests_per_second < kBusyToRate;
}

bool SaturationGauge::exceeds() const {
  // How many clients there are is not known before the first tick of the server.
  return clients_ > 0 && average_ > std::max(clients_ * kSaturatingShare, kMinSaturatingRequests);
}

bool SaturationGauge::is_saturated() const {
  const bool lasts = saturated_since_ && counted_at_ - *saturated_since_ >= kLastingFrom;
  return exceeds() && !lasts;
}

Load SaturationGauge::level() const {
  if (is_saturated()) return Load::saturated;
  return is_busy_ ? Load::busy : Load::idle;
}

SaturationGauge::Instant::duration SaturationGauge::background_pause(Instant::duration took) const {
  if (!is_saturated() || outstanding_ <= 0) return {};
  return std::min<Instant::duration>(kBackgroundBackoffFactor * took, kMaxBackgroundPause);
}

void SaturationGauge::pass(Instant now) {
  if (now <= counted_at_) return;
  const double waiting = outstanding_ + 2 * responses_;
  Instant::duration passed = now - counted_at_;
  if (waiting > 0) passed = std::min<Instant::duration>(passed, kMaxSampleGap);
  const std::chrono::duration<double> seconds = passed;
  const std::chrono::duration<double> averaging_time = kAveragingTime;
  average_ += (waiting - average_) * (seconds / (averaging_time + seconds));
  counted_at_ = now;
  if (exceeds()) {
    if (!saturated_since_) saturated_since_ = now;
    saturated_at_ = now;
  } else if (now - saturated_at_ >= kOverAfter) {
    saturated_since_.reset();
  }
}

}  // namespace remit::load
