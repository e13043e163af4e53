// Sagas that stay in memory, under their leases, until their provider is to be asked again; the one
// that is due first comes first.
//
// Bounded by their bytes, nearly. Loop thread.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "saga_actor.hpp"
#include "saga_bytes.hpp"

namespace remit::engine {

class RestingSagas {
 public:
  struct Entry {
    Saga saga;
    LeaseHold lease;
    Duration due{0};  ///< monotonic
  };

  explicit RestingSagas(std::int64_t limit) : limit_(limit) {}

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }
  [[nodiscard]] bool has_room() const { return bytes_ < limit_; }
  [[nodiscard]] const Entry& front() const { return entries_.begin()->second; }

  void push(Entry entry) {
    bytes_ += bytes_of(entry.saga);
    const Duration due = entry.due;
    entries_.emplace(due, std::move(entry));
  }
  [[nodiscard]] Entry pop() {
    Entry entry = std::move(entries_.extract(entries_.begin()).mapped());
    bytes_ -= bytes_of(entry.saga);
    return entry;
  }

 private:
  std::int64_t limit_;
  std::int64_t bytes_ = 0;
  std::multimap<Duration, Entry> entries_;
};

}  // namespace remit::engine
