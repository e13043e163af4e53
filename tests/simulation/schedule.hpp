// Simulated time: what will happen, in order. Nothing waits; time jumps to the next event.
//
// Events at the same instant happen in the order in which they were scheduled, so that a run is a
// function of its seed. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "remit/base/time.hpp"

namespace remit::simulation {

class Schedule {
 public:
  using Event = std::move_only_function<void()>;

  /// True time since the beginning: the database's clock, and what every other clock errs from.
  [[nodiscard]] Duration now() const { return now_; }

  void after(Duration delay, Event event);

  /// The next event, if there is one at or before `end`; else time moves to `end` and false.
  bool run_next(Duration end);

  [[nodiscard]] std::int64_t events_run() const { return events_run_; }

 private:
  struct Entry {
    Duration at;
    std::uint64_t number;
    Event event;
  };
  /// For a heap with the earliest on top.
  static bool is_later(const Entry& left, const Entry& right) {
    return left.at != right.at ? left.at > right.at : left.number > right.number;
  }

  std::vector<Entry> heap_;
  Duration now_{0};
  std::uint64_t last_number_ = 0;
  std::int64_t events_run_ = 0;
};

}  // namespace remit::simulation
