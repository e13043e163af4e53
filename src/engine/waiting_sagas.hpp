// Sagas that were stored with their provider and wait in memory for a permit, in their order.
//
// Bounded by their bytes, nearly. Once they fill their limit there is no room until half of it is
// free: with room for one at a time, each batch would store some with their provider and some
// without, which costs the most. Loop thread.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "saga_actor.hpp"
#include "saga_bytes.hpp"

namespace remit::engine {

class WaitingSagas {
 public:
  struct Entry {
    Saga saga;
    LeaseHold lease;
  };

  explicit WaitingSagas(std::int64_t limit) : limit_(limit) {}

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }
  [[nodiscard]] bool has_room() const { return !is_full_; }
  [[nodiscard]] const Entry& front() const { return entries_.front(); }

  void push(Entry entry) {
    bytes_ += bytes_of(entry.saga);
    if (bytes_ >= limit_) is_full_ = true;
    entries_.push_back(std::move(entry));
  }
  [[nodiscard]] Entry pop() {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    bytes_ -= bytes_of(entry.saga);
    if (bytes_ <= limit_ / 2) is_full_ = false;
    return entry;
  }

 private:
  std::int64_t limit_;
  std::int64_t bytes_ = 0;
  bool is_full_ = false;
  std::deque<Entry> entries_;
};

}  // namespace remit::engine
