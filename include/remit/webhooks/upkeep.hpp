// A job that removes old deliveries, forgets secrets whose grace period has ended, and seals those
// with the newest key that were sealed with an older one.
//
// Every instance has one; it works where events are given to endpoints, and rests elsewhere. Owned
// by the Application; loop thread. Failures are logged, and what is left is left to the next time.
#pragma once

#include <functional>

#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"
#include "remit/webhooks/endpoint_service.hpp"
#include "remit/webhooks/upkeep_operations.hpp"

namespace remit::webhooks {

struct UpkeepSettings {
  Duration keep = std::chrono::days(30);
  Duration interval = std::chrono::hours(1);
  Duration standby_pause = std::chrono::minutes(1);
  std::int64_t batch = 1'000;
};

class Upkeep {
 public:
  struct Parts {
    storage::Database& database;
    EndpointService& endpoints;
    std::function<bool()> is_here;  ///< and not elsewhere
  };

  Upkeep(const jobs::Context& context, Parts parts, UpkeepSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }

 private:
  Task<jobs::Rest> turn();
  Task<Result<void>> remove_old();
  Task<Result<void>> forget_secrets();
  Task<Result<void>> reseal();

  Parts parts_;
  UpkeepSettings settings_;
  jobs::Job job_;
};

}  // namespace remit::webhooks
