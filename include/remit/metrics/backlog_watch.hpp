// Measures every few seconds how much work is due, so that no scrape has to.
//
// Owned by the composition root, which starts and stops its job; loop thread. What could not be
// measured for a while is unknown, not old: see `latest`.
#pragma once

#include <string>
#include <vector>

#include "remit/engine/backlog_operations.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"

namespace remit::metrics {

struct BacklogWatchSettings {
  Duration interval = std::chrono::seconds(5);
  Duration valid_for = std::chrono::seconds(30);
};

class BacklogWatch {
 public:
  BacklogWatch(const jobs::Context& context, storage::Database& database,
               std::vector<std::string> kinds, BacklogWatchSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }
  /// Empty: not known, or not any more.
  [[nodiscard]] std::vector<engine::Backlog> latest() const;

 private:
  Task<jobs::Rest> turn();

  const Clock& clock_;
  storage::Database& database_;
  const std::vector<std::string> kinds_;
  const BacklogWatchSettings settings_;
  std::vector<engine::Backlog> measured_;
  Duration measured_at_{0};
  bool is_failing_ = false;
  jobs::Job job_;
};

}  // namespace remit::metrics
