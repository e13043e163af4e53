#include "lane_core.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace remit::storage {

LaneCore::LaneCore(Executor loop, LaneSettings settings)
    : loop_(std::move(loop)),
      settings_(std::move(settings)),
      guard_(std::make_shared<CallGuard>(settings_.statement_timeout + settings_.grace)),
      states_(static_cast<std::size_t>(std::max<std::int64_t>(settings_.lanes, 1)),
              LaneState::connecting) {}

void LaneCore::start() {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    threads_.emplace_back([this, i] { run_and_leave(i); });
  }
  threads_.emplace_back([this] { expire_commands(); });
}

void LaneCore::run_and_leave(std::size_t lane) {
  run_lane(*this, lane);
  {
    const std::lock_guard lock(mutex_);
    ++lanes_left_;
  }
  boost::asio::post(loop_, [self = shared_from_this()] {
    if (self->leaving_ != nullptr) self->leaving_->cancel();
  });
}

void LaneCore::begin_stop() {
  stop_.request_stop();
  CommandList rest;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    rest = queue_.take_all();
    note_size();
    work_.notify_all();
    expiry_.notify_all();
    stopping_changed_.notify_all();
  }
  rest.refuse_all(unavailable("the service is stopping"));
  deliver(std::move(rest));
}

Task<bool> LaneCore::wait_until_left(Duration timeout) {
  boost::asio::steady_timer timer(loop_, timeout);
  const auto all_have_left = [this] {
    const std::lock_guard lock(mutex_);
    return lanes_left_ == states_.size();
  };
  leaving_ = &timer;
  while (!all_have_left() && timer.expiry() > std::chrono::steady_clock::now()) {
    auto ringing = timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_await std::move(ringing);
  }
  leaving_ = nullptr;
  co_return all_have_left();
}

void LaneCore::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void LaneCore::observe(const load::Traffic& traffic) {
  const std::lock_guard lock(mutex_);
  queue_.observe(traffic);
  level_.store(queue_.level(), std::memory_order_relaxed);
}

void LaneCore::refuse(const Problem& problem) {
  standing_refusal_ = problem;
  CommandList stranded;
  {
    const std::lock_guard lock(mutex_);
    stranded = queue_.take_all();
    note_size();
  }
  stranded.refuse_all(problem);
  deliver(std::move(stranded));
}

std::optional<Problem> LaneCore::refusal() {
  if (standing_refusal_) return standing_refusal_;
  if (all_down_.load(std::memory_order_relaxed))
    return unavailable("the database cannot be reached");
  if (queued() < static_cast<std::size_t>(settings_.queue_limit)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  ++statistics_.refused;
  Problem problem(kOverloaded, "too many requests wait for the database");
  problem.retry_after = std::chrono::seconds(1);
  return problem;
}

void LaneCore::enqueue(std::unique_ptr<detail::Command> command) {
  command->queued_at = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    CommandList refused;
    refused.push(std::move(command));
    refused.refuse_all(unavailable("the service is stopping"));
    deliver(std::move(refused));
    return;
  }
  queue_.push(std::move(command));
  note_size();
  if (expiry_idle_) expiry_.notify_one();
  if (idle_lanes_ == 0 || wake_posted_) return;
  // Not at once: what the loop is about to do next may bring more for the same batch.
  wake_posted_ = true;
  lock.unlock();
  boost::asio::post(loop_, [self = shared_from_this()] { self->wake_a_lane(); });
}

void LaneCore::wake_a_lane() {
  const std::lock_guard lock(mutex_);
  wake_posted_ = false;
  work_.notify_one();
}

CommandQueues::Taken LaneCore::take() {
  std::unique_lock lock(mutex_);
  CommandQueues::Taken taken;
  ++idle_lanes_;
  while (!stopping_) {
    taken = queue_.take(static_cast<std::size_t>(settings_.max_batch),
                        std::chrono::steady_clock::now());
    if (!taken.commands.empty()) break;
    if (const auto ready_at = queue_.ready_at()) {
      work_.wait_until(lock, *ready_at);
    } else {
      work_.wait(lock);
    }
  }
  --idle_lanes_;
  note_size();
  if (!queue_.empty() && idle_lanes_ > 0) work_.notify_one();
  return taken;
}

bool LaneCore::sleep(Duration duration) {
  std::unique_lock lock(mutex_);
  return !stopping_changed_.wait_for(lock, duration, [this] { return stopping_; });
}

bool LaneCore::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void LaneCore::deliver(CommandList commands) {
  if (commands.empty()) return;
  boost::asio::post(loop_, [list = std::move(commands)]() mutable { list.resume_all(); });
}

void LaneCore::note_state(std::size_t lane, LaneState state) {
  CommandList stranded;
  {
    const std::lock_guard lock(mutex_);
    if (state == LaneState::up && states_[lane] != LaneState::up) ++statistics_.connects;
    states_[lane] = state;
    const bool all_down =
        std::ranges::all_of(states_, [](LaneState each) { return each == LaneState::down; });
    all_down_.store(all_down, std::memory_order_relaxed);
    if (all_down) {
      stranded = queue_.take_all();
      note_size();
    }
  }
  stranded.refuse_all(unavailable("the database cannot be reached"));
  deliver(std::move(stranded));
}

void LaneCore::finish(const CommandQueues::Origin& batch, const BatchCounts& counts,
                      CommandList commands) {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> took = now - batch.taken_at;
  {
    const std::lock_guard lock(mutex_);
    queue_.done(batch, now);
    level_.store(queue_.level(), std::memory_order_relaxed);
    statistics_.commands += static_cast<std::int64_t>(batch.count);
    statistics_.batches += 1;
    statistics_.transactions += counts.transactions;
    statistics_.reruns += counts.reruns;
    statistics_.unknown += counts.unknown;
    statistics_.batch_sizes.add(static_cast<double>(batch.count));
    statistics_.batch_seconds.add(took.count());
  }
  const bool doubt = counts.schema_doubts > 0 && settings_.on_schema_doubt != nullptr;
  boost::asio::post(
      loop_, [self = shared_from_this(), batch, doubt, list = std::move(commands)]() mutable {
        self->note_delivery(batch);
        if (doubt) self->settings_.on_schema_doubt();
        list.resume_all();
      });
}

void LaneCore::note_delivery(const CommandQueues::Origin& batch) {
  const std::lock_guard lock(mutex_);
  queue_.delivered(batch, std::chrono::steady_clock::now());
}

LaneStatistics LaneCore::statistics() {
  const std::lock_guard lock(mutex_);
  LaneStatistics result = statistics_;
  result.connected = std::ranges::count(states_, LaneState::up);
  result.all_down = all_down_.load(std::memory_order_relaxed);
  result.queued = static_cast<std::int64_t>(queue_.size());
  result.lanes = static_cast<std::int64_t>(states_.size());
  result.queue_limit = settings_.queue_limit;
  return result;
}

void LaneCore::expire_commands() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      expiry_idle_ = true;
      expiry_.wait(lock);
      expiry_idle_ = false;
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    const auto deadline = *queue_.oldest() + settings_.queue_timeout;
    if (now < deadline) {
      expiry_.wait_until(lock, deadline);
      continue;
    }
    CommandList expired = queue_.take_expired(now - settings_.queue_timeout);
    note_size();
    statistics_.expired += static_cast<std::int64_t>(expired.size());
    lock.unlock();
    expired.refuse_all(unavailable("the database was busy for too long"));
    deliver(std::move(expired));
    lock.lock();
  }
}

}  // namespace remit::storage
