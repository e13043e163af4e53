// Shared by the loop and the lane threads: the queue, the state of the lanes, and the way back to
// the loop.
//
// Owned by `Lanes` and by every coroutine that waits in it. `refusal`, `refuse`, `enqueue`,
// `observe` and the wake-ups are the loop thread's; `take`, `sleep`, `finish` and `note_state`
// the lane threads'; a thread of its own ends commands that waited too long while every lane was
// busy.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "batch.hpp"
#include "call_guard.hpp"
#include "command_queues.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::storage {

enum class LaneState : std::uint8_t { connecting, up, down };

class LaneCore : public std::enable_shared_from_this<LaneCore> {
 public:
  LaneCore(Executor loop, LaneSettings settings);

  void start();
  /// Refuses queued and further commands, and tells the threads to end.
  void begin_stop();
  /// Loop thread. False: a lane was still at work when `timeout` had passed.
  Task<bool> wait_until_left(Duration timeout);
  void join();

  [[nodiscard]] std::optional<Problem> refusal();
  void enqueue(std::unique_ptr<detail::Command> command);

  void observe(const load::Traffic& traffic);
  void refuse(const Problem& problem);

  /// Blocks until there is something to do, all of one operation. Empty: the lanes are stopping.
  /// What was taken is given back with `finish`.
  [[nodiscard]] CommandQueues::Taken take();
  /// False: woken early because the lanes are stopping.
  bool sleep(Duration duration);
  [[nodiscard]] bool is_stopping();
  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }
  [[nodiscard]] const std::shared_ptr<CallGuard>& guard() const { return guard_; }
  /// Of a batch that was taken: counts it, and hands the commands with their results to the loop.
  void finish(const CommandQueues::Origin& batch, const BatchCounts& counts, CommandList commands);
  /// Once every lane is down, commands are refused without waiting.
  void note_state(std::size_t lane, LaneState state);

  [[nodiscard]] const LaneSettings& settings() const { return settings_; }
  [[nodiscard]] load::Load level() const { return level_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t queued() const { return queued_.load(std::memory_order_relaxed); }
  [[nodiscard]] LaneStatistics statistics();

 private:
  void run_and_leave(std::size_t lane);
  void wake_a_lane();
  void deliver(CommandList commands);
  void note_delivery(const CommandQueues::Origin& batch);
  void expire_commands();
  void note_size() { queued_.store(queue_.size(), std::memory_order_relaxed); }

  const Executor loop_;
  const LaneSettings settings_;
  const std::shared_ptr<CallGuard> guard_;
  std::stop_source stop_;
  boost::asio::steady_timer* leaving_ = nullptr;  ///< who waits until all have left; the loop's

  std::optional<Problem> standing_refusal_;  // the loop's

  std::mutex mutex_;  // of everything below
  std::condition_variable work_;
  std::condition_variable expiry_;
  std::condition_variable stopping_changed_;
  CommandQueues queue_;
  bool stopping_ = false;
  bool wake_posted_ = false;
  bool expiry_idle_ = false;
  int idle_lanes_ = 0;
  std::size_t lanes_left_ = 0;  ///< threads that have ended
  std::vector<LaneState> states_;
  LaneStatistics statistics_;

  // Copies for the loop, which looks at them for every command.
  std::atomic<std::size_t> queued_ = 0;
  std::atomic<bool> all_down_ = false;
  std::atomic<load::Load> level_ = load::Load::idle;

  std::vector<std::thread> threads_;
};

/// The body of a lane thread.
void run_lane(LaneCore& core, std::size_t index);

}  // namespace remit::storage
