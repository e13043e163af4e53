#include "command_queues.hpp"

#include <algorithm>
#include <utility>

namespace remit::storage {

void CommandQueues::push(std::unique_ptr<detail::Command> command) {
  auto queue = std::ranges::find(queues_, command->kind(), &Queue::kind);
  if (queue == queues_.end()) {
    queues_.push_back(
        {.kind = command->kind(), .traits = command->traits(), .commands = {}, .under_way = 0});
    queue = std::prev(queues_.end());
  }
  if (!queue->traits.background) requests_.arrived(command->queued_at);
  queue->commands.push(std::move(command));
  ++size_;
}

CommandQueues::Instant CommandQueues::ready_at(const Queue& queue) const {
  std::chrono::microseconds wait{0};
  const bool is_behind_many =
      queue.under_way >= kLargeBatch && queue.commands.size() < queue.under_way;
  if (is_behind_many) wait = kSmallBatchWait;
  if (queue.commands.size() < kLingerBatchSize) wait = std::max(wait, queue.traits.linger);
  const Instant ready = queue.commands.front()->queued_at + wait;
  return queue.traits.background ? std::max(ready, background_paused_until_) : ready;
}

std::optional<CommandQueues::Instant> CommandQueues::ready_at() const {
  std::optional<Instant> first;
  for (const Queue& queue : queues_) {
    if (queue.commands.empty()) continue;
    const Instant ready = ready_at(queue);
    first = first ? std::min(*first, ready) : ready;
  }
  return first;
}

std::optional<CommandQueues::Instant> CommandQueues::oldest() const {
  std::optional<Instant> first;
  for (const Queue& queue : queues_) {
    if (queue.commands.empty()) continue;
    const Instant queued_at = queue.commands.front()->queued_at;
    first = first ? std::min(*first, queued_at) : queued_at;
  }
  return first;
}

bool CommandQueues::precedes(const Queue& a, const Queue& b) const {
  if (a.traits.background != b.traits.background) {
    const int busy_a = busy_[a.traits.background ? 1 : 0];
    const int busy_b = busy_[b.traits.background ? 1 : 0];
    if (busy_a != busy_b) return busy_a < busy_b;
    return a.traits.background != last_was_background_;
  }
  return a.commands.front()->queued_at < b.commands.front()->queued_at;
}

CommandQueues::Taken CommandQueues::take(std::size_t max, Instant now) {
  Queue* next = nullptr;
  for (Queue& queue : queues_) {
    if (queue.commands.empty() || ready_at(queue) > now) continue;
    if (next == nullptr || precedes(queue, *next)) next = &queue;
  }
  Taken taken;
  if (next == nullptr) return taken;
  taken.commands = next->commands.take(std::min(max, share_of(*next)));
  taken.origin = {.queue = static_cast<std::size_t>(next - queues_.data()),
                  .count = taken.commands.size(),
                  .background = next->traits.background,
                  .taken_at = now};
  size_ -= taken.origin.count;
  next->under_way += taken.origin.count;
  ++busy_[next->traits.background ? 1 : 0];
  last_was_background_ = next->traits.background;
  return taken;
}

void CommandQueues::done(const Origin& batch, Instant now) {
  if (batch.background) {
    const auto pause = requests_.background_pause(now - batch.taken_at);
    if (pause > Instant::duration::zero()) background_paused_until_ = now + pause;
  } else {
    requests_.answered(batch.count, now);
  }
  Queue& queue = queues_[batch.queue];
  queue.under_way -= batch.count;
  --busy_[queue.traits.background ? 1 : 0];
}

void CommandQueues::delivered(const Origin& batch, Instant now) {
  if (!batch.background) requests_.delivered(batch.count, now);
}

CommandList CommandQueues::take_expired(Instant until) {
  CommandList expired;
  for (Queue& queue : queues_) {
    while (!queue.commands.empty() && queue.commands.front()->queued_at <= until) {
      if (!queue.traits.background) requests_.left(1, queue.commands.front()->queued_at);
      expired.push(queue.commands.pop());
      --size_;
    }
  }
  return expired;
}

CommandList CommandQueues::take_all() { return take_expired(Instant::max()); }

}  // namespace remit::storage
