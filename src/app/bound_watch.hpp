// Which tenants have a bound on what they keep in flight, as the database had it a moment ago.
//
// `job` reads them again every few seconds; while the database does not answer the last ones hold.
// Instances share nothing: each gives an even part of a bound, at least one payment. Owned by the
// application; loop thread.
#pragma once

#include <map>
#include <optional>

#include "remit/engine/tenant_bounds.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"

namespace remit::app {

class BoundWatch final : public engine::TenantBounds {
 public:
  BoundWatch(const jobs::Context& context, storage::Database& database, std::int64_t instances);

  [[nodiscard]] std::optional<std::int64_t> bound_of(TenantId tenant) const override;

  [[nodiscard]] jobs::Job& job() { return job_; }

 private:
  Task<jobs::Rest> read();

  storage::Database& database_;
  const std::int64_t instances_;
  std::map<TenantId, std::int64_t> bounds_;
  jobs::Job job_;
};

}  // namespace remit::app
