// The commands that wait for lanes: a queue for each operation, and the rule by which a lane takes
// its next batch, which is always of one operation.
//
// Requests come before background work, but neither may starve the other. Served first is the sort
// that fewer lanes are busy with, then the one that was not served last, then requests; among
// queues of one sort, the one whose first command has waited longest.
//
// While requests saturate the process (load::SaturationGauge) background work, which wants the same
// processor and can be done later, pauses after each batch.
//
// A batch of requests is half of its queue, at least kMinBatch, so that the other half overlaps
// with the commit. With one batch of all commands, loop, lane and clients would wait for each other
// in turn, with a processor idle a third of the time. No client waits for background work: it saves
// commits.
//
// A few commands behind a large batch (kLargeBatch) of their operation would make a small batch,
// whose commit costs as much. They linger until they are as many as are being executed, but at most
// for kSmallBatchWait, since that batch may be delayed. Background commands may linger in any case.
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
#include "remit/load/saturation_gauge.hpp"

namespace remit::storage {

class CommandQueues {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// A background queue of so many lingers no longer.
  static constexpr std::size_t kLingerBatchSize = 64;
  static constexpr std::size_t kLargeBatch = 16;
  static constexpr std::size_t kMinBatch = 32;
  static constexpr std::chrono::milliseconds kSmallBatchWait{2};

  void push(std::unique_ptr<detail::Command> command);

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// When the next batch can be taken: now or earlier, or later when all that waits is lingering.
  [[nodiscard]] std::optional<Instant> ready_at() const;
  /// The time since which the oldest command waits.
  [[nodiscard]] std::optional<Instant> oldest() const;

  /// Which queue a batch is from, and how many it was: a lane works on them until it calls `done`;
  /// when the loop gets to their results, that is `delivered`.
  struct Origin {
    std::size_t queue = 0;
    std::size_t count = 0;
    bool background = false;
    Instant taken_at;
  };
  /// At most `max` commands of one operation; empty when nothing is ready.
  struct Taken {
    CommandList commands;
    Origin origin;
  };
  [[nodiscard]] Taken take(std::size_t max, Instant now);
  void done(const Origin& batch, Instant now);
  void delivered(const Origin& batch, Instant now);
  void observe(const load::Traffic& traffic) { requests_.observe(traffic); }
  [[nodiscard]] load::Load level() const { return requests_.level(); }

  /// Those queued at `until` or before.
  [[nodiscard]] CommandList take_expired(Instant until);
  [[nodiscard]] CommandList take_all();

 private:
  struct Queue {
    const void* kind = nullptr;
    OperationTraits traits;
    CommandList commands;
    std::size_t under_way = 0;
  };

  [[nodiscard]] Instant ready_at(const Queue& queue) const;
  [[nodiscard]] static std::size_t share_of(const Queue& queue) {
    const std::size_t all = queue.commands.size();
    return queue.traits.background ? all : std::max(kMinBatch, all / 2);
  }
  [[nodiscard]] bool precedes(const Queue& a, const Queue& b) const;

  std::vector<Queue> queues_;  ///< one for each operation seen so far
  std::size_t size_ = 0;
  std::array<int, 2> busy_{};  ///< lanes at work, by whether in the background
  bool last_was_background_ = true;
  load::SaturationGauge requests_;
  Instant background_paused_until_;
};

}  // namespace remit::storage
