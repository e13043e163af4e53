#include "command_queues.hpp"

#include <algorithm>
#include <utility>

namespace remit::storage {

void CommandQueues::push(std::unique_ptr<detail::Command> command) {
  auto queue = std::ranges::find(queues_, command->kind(), &Queue::kind);
  if (queue == queues_.end()) {
    queues_.push_back(
        {.kind = command->kind(), .manner = command->manner(), .commands = {}, .under_way = 0});
    queue = std::prev(queues_.end());
  }
  if (!queue->manner.background) requests_.arrived(command->queued_at);
  queue->commands.push(std::move(command));
  ++size_;
}

CommandQueues::Instant CommandQueues::ready_at(const Queue& queue) const {
  std::chrono::microseconds wait{0};
  const bool is_behind_many = queue.under_way >= kMany && queue.commands.size() < queue.under_way;
  if (is_behind_many) wait = kPatience;
  if (queue.commands.size() < kCompany) wait = std::max(wait, queue.manner.linger);
  const Instant ready = queue.commands.front()->queued_at + wait;
  return queue.manner.background ? std::max(ready, background_rests_until_) : ready;
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
  if (a.manner.background != b.manner.background) {
    const int busy_a = busy_[a.manner.background ? 1 : 0];
    const int busy_b = busy_[b.manner.background ? 1 : 0];
    if (busy_a != busy_b) return busy_a < busy_b;
    return a.manner.background != last_was_background_;
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
  taken.load = {.queue = static_cast<std::size_t>(next - queues_.data()),
                .count = taken.commands.size(),
                .background = next->manner.background,
                .taken_at = now};
  size_ -= taken.load.count;
  next->under_way += taken.load.count;
  ++busy_[next->manner.background ? 1 : 0];
  last_was_background_ = next->manner.background;
  return taken;
}

void CommandQueues::done(const Load& load, Instant now) {
  if (!load.background) {
    requests_.answered(load.count, now);
  } else if (is_crowded() && requests_.at_lanes() > 0) {
    const Instant::duration rest = kRests * (now - load.taken_at);
    background_rests_until_ = now + std::min<Instant::duration>(rest, kLongestRest);
  }
  Queue& queue = queues_[load.queue];
  queue.under_way -= load.count;
  --busy_[queue.manner.background ? 1 : 0];
}

void CommandQueues::delivered(const Load& load, Instant now) {
  if (!load.background) requests_.delivered(load.count, now);
}

CommandList CommandQueues::take_expired(Instant until) {
  CommandList expired;
  for (Queue& queue : queues_) {
    while (!queue.commands.empty() && queue.commands.front()->queued_at <= until) {
      if (!queue.manner.background) requests_.left(1, queue.commands.front()->queued_at);
      expired.push(queue.commands.pop());
      --size_;
    }
  }
  return expired;
}

CommandList CommandQueues::take_all() { return take_expired(Instant::max()); }

}  // namespace remit::storage
