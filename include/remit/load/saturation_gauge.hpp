// Tells from outstanding requests, waiting responses and traffic how high the load is: see
// docs/decisions, 12.
//
// The process is saturated when so many of the clients that send requests wait for an answer all
// the time that no speed would be enough for them: when the moving average of waiting requests
// exceeds kSaturatingShare of the clients. Waiting are those at the lanes, and twice those whose
// responses wait for the loop: requests in socket buffers cannot be counted, and are assumed to be
// as many as the responses that wait for the same loop.
//
// Pure; of one thread at a time. Instants are given, and may be out of order by a little.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "remit/load/load.hpp"

namespace remit::load {

class SaturationGauge {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// Of the clients. Those that send at a pace of their own seldom wait.
  static constexpr double kSaturatingShare = 0.625;
  /// Fewer cannot fill a machine.
  static constexpr double kMinSaturatingRequests = 12;
  /// The average is over time, not over batches, whose number depends on the machine.
  static constexpr std::chrono::milliseconds kAveragingTime{1'000};
  /// While the same requests are outstanding no more than this counts: a flush that the disk holds
  /// up shows how slow the disk is, not how many want an answer.
  static constexpr std::chrono::milliseconds kMaxSampleGap{20};
  /// With fewer requests a second background work delays no request noticeably. With more the
  /// processor has no gaps left to give, and throttled work costs it more for each payment.
  static constexpr double kBusyFromRate = 100;
  static constexpr double kBusyToRate = 2'000;
  /// Saturation lasts when it has gone on for so long …
  static constexpr std::chrono::seconds kLastingFrom{5};
  /// … and is over when it has been away for so long.
  static constexpr std::chrono::seconds kOverAfter{2};
  /// While saturated, background work pauses after each batch for so many times as long as the
  /// batch took, so that it keeps an eighth of a lane …
  static constexpr int kBackgroundBackoffFactor = 7;
  /// … and starts again soon after a batch that took long.
  static constexpr std::chrono::milliseconds kMaxBackgroundPause{250};

  void arrived(Instant now);
  /// Done; the responses wait for the loop.
  void answered(std::size_t count, Instant now);
  /// The loop took the responses.
  void delivered(std::size_t count, Instant now);
  /// Given up before they were done.
  void left(std::size_t count, Instant now);
  /// The average is never more than there are clients now, however many there were.
  void observe(const Traffic& traffic);

  /// Of a moment. When it lasts, clients that wait for their answers go no faster than the whole
  /// does, and what they asked for has to be carried as it comes: then this is false again.
  [[nodiscard]] bool is_saturated() const;
  [[nodiscard]] Load level() const;
  /// For background work, after a batch that took so long.
  [[nodiscard]] Instant::duration background_pause(Instant::duration took) const;

 private:
  void pass(Instant now);
  [[nodiscard]] bool exceeds() const;

  double clients_ = 0;
  double outstanding_ = 0;  ///< at the lanes
  double responses_ = 0;    ///< that wait for the loop
  double average_ = 0;
  bool is_busy_ = false;
  Instant counted_at_;
  std::optional<Instant> saturated_since_;
  Instant saturated_at_;  ///< last
};

}  // namespace remit::load
