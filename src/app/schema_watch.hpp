// Looks now and then whether the database's schema is still one that this program knows: a newer
// instance may migrate it at any time.
//
// Made with make_shared on the loop thread and used there alone; `run` is spawned once and returns
// after `stop`, or when there is nothing left to find out. A look that fails is left to the next.
#pragma once

#include <functional>
#include <memory>

#include "remit/base/alarm.hpp"
#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/migrations.hpp"

namespace remit::app {

class SchemaWatch {
 public:
  struct Parts {
    std::function<Task<Result<storage::SchemaReport>>()> look;
    /// At most once each for `superseded` and `outdated`, in this order; there is no way back.
    std::function<void(const storage::SchemaReport&)> on_change;
    AlarmFactory& alarms;
    const Clock& clock;
  };

  explicit SchemaWatch(Parts parts, Duration interval = std::chrono::seconds(1));

  /// Keeps the watch until its end.
  static Task<void> run(std::shared_ptr<SchemaWatch> watch);
  /// Something failed as it would under another schema: looks at once, unless it has just looked.
  void doubt();
  void stop();

 private:
  void judge(const storage::SchemaReport& report);

  Parts parts_;
  Duration interval_;
  std::unique_ptr<Alarm> alarm_;
  Duration looked_at_{0};
  storage::SchemaFit fit_ = storage::SchemaFit::fit;
  bool stopping_ = false;
};

}  // namespace remit::app
