// How many sagas of one kind a runner may work on at once, and whose turn it is: new ones that are
// begun where they are accepted, queued ones that wait for a provider, and routed ones that have
// theirs.
//
//   * While others wait, a quarter of the permits is left to them: new ones, and those that come
//     back from a rest in memory, would take every permit that becomes free, and the queue would
//     wait for ever.
//   * A claim takes a quarter at most, and one of routed ones half of that while queued ones wait.
//   * While busy, the queue has one permit in 32, so that requests find gaps. It gets one part more
//     every two seconds: a queue that is not gone soon is more than a moment's.
//   * While saturated, new ones are not begun but stored: with their provider, as far as memory
//     goes, and wait for a permit of a quarter of the queue's share: they need no claim, so that
//     each permit carries more of them. While the queue waits too, a quarter of its share is its
//     own. Those that rested in memory have as many permits as the queue: nothing else keeps their
//     questions from taking the time that requests want.
//   * What is left to those that wait is not kept from a tenant that has less than its part
//     (TenantShares): its new ones, and those that wait or rest here, take what is free. For its
//     queued ones a part of a batch is enough to claim again.
//
// Pure; of one thread. Instants are monotonic and given.
#pragma once

#include <cstdint>
#include <optional>

#include "remit/base/time.hpp"
#include "remit/load/load.hpp"
#include "remit/load/permit.hpp"

namespace remit::load {

/// What a claim found: all that was due, more than it could take, or nothing that can be relied on.
enum class Found : std::uint8_t { all, more, unknown };

/// Whether some of the queue may still wait for a cheaper provider: then a claim has not seen it.
enum class Remainder : std::uint8_t { none, waits_by_choice };

class AdmissionControl {
 public:
  struct Settings {
    std::int64_t permits = 512;
    /// Time between claims of routed ones, whose leases and rests end by themselves.
    Duration routed_interval = std::chrono::milliseconds(250);
  };
  struct Decision {
    std::optional<std::int64_t> claim_routed;  ///< empty: it is too soon to look
    std::int64_t claim_queued = 0;
    std::int64_t begin_waiting = 0;  ///< of those that wait here for a permit
    std::int64_t resume = 0;         ///< of those that rested here
    bool admit = false;              ///< a new one
    bool claim_again = false;        ///< others wait, and there is room for a whole batch
    /// The same for tenants that have less than their part.
    struct {
      std::int64_t begin_waiting = 0;
      std::int64_t resume = 0;
      bool admit = false;
      bool claim_again = false;
    } by_right;
  };

  explicit AdmissionControl(Settings settings) : settings_(settings) {}

  [[nodiscard]] Decision decide(Load load, Duration now) const;

  void take(PermitKind kind);
  void give_back(PermitKind kind);
  [[nodiscard]] std::int64_t permits() const { return settings_.permits; }
  [[nodiscard]] std::int64_t active() const { return active_; }
  [[nodiscard]] bool has_room() const { return room() > 0; }

  /// A new one was not begun, and waits in the queue now.
  void on_queued() { queued_wait_ = true; }
  /// A claim of so many is under way: their permits may be needed.
  void begin_claim(std::int64_t count) { asked_for_ = count; }
  void end_claim() { asked_for_ = 0; }
  void on_routed_claimed(Found found, Duration now);
  void on_queue_claimed(Found found, Remainder remainder, Duration now);
  /// No provider can take the queue now, so it was not claimed.
  void on_queue_skipped() { draining_since_.reset(); }

 private:
  [[nodiscard]] std::int64_t room() const { return settings_.permits - active_ - asked_for_; }
  [[nodiscard]] std::int64_t batch() const;
  [[nodiscard]] std::int64_t queue_share(Load load, Duration now) const;

  Settings settings_;
  std::int64_t active_ = 0;  ///< permits taken …
  std::int64_t queued_ = 0;  ///< … of these, for queued ones …
  std::int64_t routed_ = 0;  ///< … and for routed ones
  std::int64_t asked_for_ = 0;
  bool queued_wait_ = true;  ///< until a claim has shown that none do
  bool routed_wait_ = true;  ///< likewise
  Duration next_routed_claim_{0};
  std::optional<Duration> draining_since_;  ///< the queue is longer than a claim since then
};

}  // namespace remit::load
