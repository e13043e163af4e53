// Whether requests crowd: so many of those who send them wait for an answer all the time that
// nobody is fast enough for them. See decision 12.
//
// Counted are those at the lanes, and twice those whose answers wait for the loop: as many as wait
// for it on their way out wait on their way in, in sockets, where nobody sees them.
//
// Averaged over time, not over batches, whose number depends on the machine. Of the time that
// passes while the same requests are here only a little counts (kGlance): a flush that is held up
// by the disk shows how slow that is, not how many want to be answered.
//
// Pure; of one thread at a time. Instants are given, and may be out of order by a little.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace remit::storage {

class CrowdGauge {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// Of the clients. Those that get what they ask for at their own pace seldom wait.
  static constexpr double kShare = 0.625;
  /// Fewer cannot fill a machine.
  static constexpr double kFewest = 12;
  static constexpr std::chrono::milliseconds kAveraged{1'000};
  static constexpr std::chrono::milliseconds kGlance{20};

  void arrived(Instant now) {
    pass(now);
    ++at_lanes_;
  }
  /// Their answers wait for the loop.
  void answered(std::size_t count, Instant now) {
    left(count, now);
    on_way_out_ += static_cast<double>(count);
  }
  /// The loop got to their answers.
  void delivered(std::size_t count, Instant now) {
    pass(now);
    on_way_out_ -= static_cast<double>(count);
  }
  /// Without an answer that waits for the loop.
  void left(std::size_t count, Instant now) {
    pass(now);
    at_lanes_ -= static_cast<double>(count);
  }
  /// How many there are that send requests: a crowd is no larger, however large it was.
  void set_clients(std::size_t clients) {
    clients_ = static_cast<double>(clients);
    average_ = std::min(average_, clients_);
  }

  [[nodiscard]] double at_lanes() const { return at_lanes_; }
  [[nodiscard]] bool is_crowded() const { return average_ > std::max(clients_ * kShare, kFewest); }

 private:
  void pass(Instant now) {
    if (now <= counted_at_) return;
    const double waiting = at_lanes_ + 2 * on_way_out_;
    Instant::duration passed = now - counted_at_;
    if (waiting > 0) passed = std::min<Instant::duration>(passed, kGlance);
    const std::chrono::duration<double> seconds = passed;
    const std::chrono::duration<double> averaged = kAveraged;
    average_ += (waiting - average_) * (seconds / (averaged + seconds));
    counted_at_ = now;
  }

  double clients_ = 0;
  double at_lanes_ = 0;
  double on_way_out_ = 0;
  double average_ = 0;
  Instant counted_at_;
};

}  // namespace remit::storage
