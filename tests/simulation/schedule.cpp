#include "simulation/schedule.hpp"

#include <algorithm>

namespace remit::simulation {

void Schedule::after(Duration delay, Event event) {
  const Duration at = now_ + std::max(delay, Duration::zero());
  heap_.push_back({at, ++last_number_, std::move(event)});
  std::ranges::push_heap(heap_, is_later);
}

bool Schedule::run_next(Duration end) {
  if (heap_.empty() || heap_.front().at > end) {
    now_ = std::max(now_, end);
    return false;
  }
  std::ranges::pop_heap(heap_, is_later);
  Entry entry = std::move(heap_.back());
  heap_.pop_back();
  now_ = entry.at;
  ++events_run_;
  entry.event();
  return true;
}

}  // namespace remit::simulation
