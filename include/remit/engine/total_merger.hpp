// Merges the deltas of totals now and then, so that summaries read few rows.
//
// Every instance has one; while one merges, the others find nothing to do. A merge is a small
// batch; when there was more than one batch holds, the next follows soon, with time for others in
// between. Owned by the composition root, which starts and stops its job; loop thread. Failures are
// logged and tried again at the next turn: until then summaries are as right as ever, and slower.
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
