// How much an endpoint may be sent at a time, as far as one instance knows. Pure; any thread.
//
// An endpoint that answers well has `kSlots` attempts in flight; one that is not known yet, or
// whose last attempt failed, has one: whether it hangs or fails, it is asked once, and then again.
#pragma once

#include <algorithm>
#include <cstdint>

#include "remit/base/time.hpp"

namespace remit::webhooks {

class Line {
 public:
  static constexpr std::int64_t kSlots = 8;
  /// Claimed ahead of what is in flight, so that a slot that becomes free finds something to send.
  static constexpr std::int64_t kClaimed = 2 * kSlots;
  /// Claimed, with what has been attempted and is not saved yet.
  static constexpr std::int64_t kMostInHand = 8 * kSlots;
  /// Attempts that a limit saves up for are those of so much time, at least one.
  static constexpr Duration kSavedUp = std::chrono::milliseconds(50);

  /// Each of `instances` sends an even part of `max_per_second`; 0: no limit.
  void limit(std::int64_t max_per_second, std::int64_t instances);

  /// Until the limit allows an attempt.
  [[nodiscard]] Duration pause(Duration now) const;
  /// How many deliveries may be claimed now.
  [[nodiscard]] std::int64_t room(Duration now) const;
  [[nodiscard]] bool has_slot() const { return in_flight_ < slots(); }

  void on_claimed(std::int64_t count) { in_hand_ += count; }
  void on_begun(Duration now);
  void on_ended(bool is_delivered) {
    --in_flight_;
    is_proven_ = is_delivered;
  }
  void on_settled() { --in_hand_; }

  /// Its last attempt was a success.
  [[nodiscard]] bool is_proven() const { return is_proven_; }
  [[nodiscard]] bool is_limited() const { return interval_ > Duration::zero(); }
  [[nodiscard]] std::int64_t in_hand() const { return in_hand_; }

 private:
  [[nodiscard]] std::int64_t slots() const { return is_proven_ ? kSlots : 1; }

  std::int64_t in_flight_ = 0;
  std::int64_t in_hand_ = 0;
  bool is_proven_ = false;
  Duration interval_{0};  ///< between two attempts, on average; zero: no limit
  Duration next_{0};      ///< when an attempt is due by the limit, none being saved up
};

}  // namespace remit::webhooks
