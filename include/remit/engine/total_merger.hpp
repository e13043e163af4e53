// A job that merges deltas into totals, so that summaries read few rows.
//
// Every instance has one; while one merges, the others find nothing to do. A merge is a small
// batch; when more than one batch is waiting, the next follows soon, with time for others in
// between. Owned by app::Services, which starts and stops its job; loop thread. Failures are
// logged and retried at the next turn; until then summaries stay right and become slower.
#pragma once

#include "remit/base/uuid.hpp"
#include "remit/jobs/job.hpp"

namespace remit::storage {
class Database;
}

namespace remit::engine {

struct TotalMergerSettings {
  Duration interval = std::chrono::seconds(2);  ///< ±25 %, so that instances drift apart
  Duration backlog_pause = std::chrono::milliseconds(50);
  std::int64_t batch = 1'000;  ///< deltas
};

class TotalMerger {
 public:
  struct Parts {
    storage::Database& database;
    UuidSource& ids;  ///< for chance
  };

  TotalMerger(const jobs::Context& context, Parts parts, TotalMergerSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }

 private:
  Task<jobs::Rest> turn();

  Parts parts_;
  TotalMergerSettings settings_;
  jobs::Job job_;
};

}  // namespace remit::engine
