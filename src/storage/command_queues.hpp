// What waits for the lanes: a queue for each operation, and the rule by which a lane takes its next
// batch, which is always of one operation.
//
// Requests come before background work, but neither may shut the other out: whichever of the two
// fewer lanes are busy with is served first, then whichever was not served last, then requests;
// among the queues of one sort the one whose first command waits longest.
//
// While requests crowd (crowd_gauge.hpp) background work, which wants the same processor and can be
// done later, rests after each batch for kRests times as long as the batch took.
//
// A batch of requests is half of its queue, but for small change (kShare): while it is executed the
// other half can be. One batch of all that waits has loop, lane and clients wait for each other by
// turns, a processor idle a third of the time. Background work is nobody's answer: it saves
// commits.
//
// A few commands behind a large batch (kMany) of their operation would make a small batch, whose
// commit costs as much: they wait until they are as many as are under way, or for kPatience, since
// what is under way may be held up. Background commands may linger for company in any case.
//
// Pure but for ownership; of one thread at a time. Instants are given.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "command_list.hpp"
#include "crowd_gauge.hpp"

namespace remit::storage {

class CommandQueues {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// A background queue of so many lingers no longer.
  static constexpr std::size_t kCompany = 64;
  static constexpr std::size_t kMany = 16;
  static constexpr std::size_t kShare = 32;
  static constexpr std::chrono::milliseconds kPatience{2};
  static constexpr int kRests = 7;
  static constexpr std::chrono::milliseconds kLongestRest{250};

  void push(std::unique_ptr<detail::Command> command);

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// When the next batch can be taken: now or earlier, or later when all that waits is lingering.
  [[nodiscard]] std::optional<Instant> ready_at() const;
  /// Since when the command waits that waits longest.
  [[nodiscard]] std::optional<Instant> oldest() const;

  /// Which queue a batch is from, and how many it was: a lane works on them until it calls `done`;
  /// when the loop gets to their results, that is `delivered`.
  struct Load {
    std::size_t queue = 0;
    std::size_t count = 0;
    bool background = false;
    Instant taken_at;
  };
  /// At most `max` commands of one operation; empty when nothing is ready.
  struct Taken {
    CommandList commands;
    Load load;
  };
  [[nodiscard]] Taken take(std::size_t max, Instant now);
  void done(const Load& load, Instant now);
  void delivered(const Load& load, Instant now);
  void set_clients(std::size_t clients) { requests_.set_clients(clients); }
  [[nodiscard]] bool is_crowded() const { return requests_.is_crowded(); }

  /// Those queued at `until` or before.
  [[nodiscard]] CommandList take_expired(Instant until);
  [[nodiscard]] CommandList take_all();

 private:
  struct Queue {
    const void* kind = nullptr;
    Manner manner;
    CommandList commands;
    std::size_t under_way = 0;
  };

  [[nodiscard]] Instant ready_at(const Queue& queue) const;
  [[nodiscard]] static std::size_t share_of(const Queue& queue) {
    const std::size_t all = queue.commands.size();
    return queue.manner.background ? all : std::max(kShare, all / 2);
  }
  [[nodiscard]] bool precedes(const Queue& a, const Queue& b) const;

  std::vector<Queue> queues_;  ///< one for each operation seen so far
  std::size_t size_ = 0;
  std::array<int, 2> busy_{};  ///< lanes at work, by whether in the background
  bool last_was_background_ = true;
  CrowdGauge requests_;
  Instant background_rests_until_;
};

}  // namespace remit::storage
