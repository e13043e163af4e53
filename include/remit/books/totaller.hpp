// A job that moves the totals of the ledger on, behind the checkpoints, so that a trial balance has
// little left to add up.
//
// Every instance has one; of two that want the same tenant one goes on to the next. Owned by the
// Application; loop thread. Failures are logged, and the turn is repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"

namespace remit::books {

struct TotallerSettings {
  Duration interval = std::chrono::seconds(10);
  std::int64_t slice = 50'000;  ///< postings in one transaction
};

class Totaller {
 public:
  Totaller(const jobs::Context& context, storage::Database& database,
           TotallerSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }

 private:
  Task<jobs::Rest> turn();

  storage::Database& database_;
  TotallerSettings settings_;
  std::vector<Tenant> left_;  ///< of this round
  jobs::Job job_;
};

}  // namespace remit::books
