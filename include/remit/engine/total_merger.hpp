// Merges the deltas of totals now and then, so that summaries read few rows.
//
// Every instance has one; while one merges, the others find nothing to do. A merge is a small
// batch; when there was more than one batch holds, the next follows soon, with time for others in
// between. Made by the composition root with make_shared; `run` is spawned once on the loop thread
// and returns after `stop`. Failures are logged and tried again at the next turn: until then
// summaries are as right as ever, and slower.
#pragma once

#include <memory>

#include "remit/base/alarm.hpp"
#include "remit/base/uuid.hpp"
#include "remit/engine/total_store.hpp"

namespace remit::engine {

struct TotalMergerSettings {
  Duration interval = std::chrono::seconds(2);  ///< ±25 %, so that instances drift apart
  Duration backlog_pause = std::chrono::milliseconds(50);
  std::int64_t batch = 1'000;  ///< deltas
};

class TotalMerger {
 public:
  struct Parts {
    TotalStore& store;
    AlarmFactory& alarms;
    UuidSource& ids;  ///< for chance
  };

  explicit TotalMerger(Parts parts, TotalMergerSettings settings = {});

  /// Keeps the merger until its end.
  static Task<void> run(std::shared_ptr<TotalMerger> merger);
  void stop();

 private:
  /// Answers how long to rest.
  Task<Duration> turn();

  Parts parts_;
  TotalMergerSettings settings_;
  std::unique_ptr<Alarm> alarm_;
  bool stopping_ = false;
};

}  // namespace remit::engine
