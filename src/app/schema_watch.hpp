// Checks now and then whether this program still knows the database's schema: a newer instance may
// migrate it at any time.
//
// Owned by the composition root, which starts and stops its job; that ends by itself when there is
// nothing left to find out. Loop thread. A failed check is left to the next one.
#pragma once

#include <functional>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/migrations.hpp"

namespace remit::app {

class SchemaWatch {
 public:
  struct Parts {
    std::function<Task<Result<storage::SchemaReport>>()> look;
    /// At most once each for `superseded` and `outdated`, in this order; there is no way back.
    std::function<void(const storage::SchemaReport&)> on_change;
  };

  SchemaWatch(const jobs::Context& context, Parts parts,
              Duration interval = std::chrono::seconds(1));

  [[nodiscard]] jobs::Job& job() { return job_; }
  /// Something failed as it would under another schema: checks at once, unless it has just done so.
  void doubt();

 private:
  Task<jobs::Rest> turn();
  void judge(const storage::SchemaReport& report);

  const Clock& clock_;
  Parts parts_;
  Duration interval_;
  Duration looked_at_{0};
  storage::SchemaFit fit_ = storage::SchemaFit::fit;
  jobs::Job job_;
};

}  // namespace remit::app
