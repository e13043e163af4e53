// Whether requests crowd at the lanes: many of them are here all the time, so that nobody is fast
// enough for those who send them. See decision 12.
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

  /// Of the clients; those that keep a pace are seldom here, whatever the pace.
  static constexpr double kShare = 0.4;
  /// Fewer cannot fill a machine.
  static constexpr double kFewest = 12;
  /// More are a crowd however many clients there are: most of theirs wait in sockets then, unseen,
  /// for a loop that has too much else to do.
  static constexpr double kMost = 48;
  static constexpr std::chrono::milliseconds kAveraged{1'000};
  static constexpr std::chrono::milliseconds kGlance{20};

  void arrived(Instant now) {
    pass(now);
    ++here_;
  }
  void left(std::size_t count, Instant now) {
    pass(now);
    here_ -= static_cast<double>(count);
  }
  /// How many there are that send requests: a crowd is no larger, however large it was.
  void set_clients(std::size_t clients) {
    clients_ = static_cast<double>(clients);
    average_ = std::min(average_, clients_);
  }

  [[nodiscard]] double here() const { return here_; }
  [[nodiscard]] bool is_crowded() const {
    return average_ > std::clamp(clients_ * kShare, kFewest, kMost);
  }

 private:
  void pass(Instant now) {
    if (now <= counted_at_) return;
    Instant::duration passed = now - counted_at_;
    if (here_ > 0) passed = std::min<Instant::duration>(passed, kGlance);
    const std::chrono::duration<double> seconds = passed;
    const std::chrono::duration<double> averaged = kAveraged;
    average_ += (here_ - average_) * (seconds / (averaged + seconds));
    counted_at_ = now;
  }

  double clients_ = 0;
  double here_ = 0;
  double average_ = 0;
  Instant counted_at_;
};

}  // namespace remit::storage
