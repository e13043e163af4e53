// A job that compares what the database says in one place with what it says in another, puts back
// what is stuck, and keeps each mismatch as a finding.
//
// Of several instances one goes round all tenants every `interval`: the first that finds that none
// has for that long. A round is made of short turns. What a round finds is kept and told at once; a
// failure is logged and ends the round. Owned by the Application; loop thread.
//
// Sagas are not looked after here: the engine takes up what its leases leave
// (src/engine/claims.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/jobs/job.hpp"
#include "remit/reconciliation/check_operations.hpp"
#include "remit/reconciliation/finding_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::reconciliation {

/// Of a trial balance; what wallets have must be what their entries come to.
struct CurrencySum {
  std::string currency;
  std::int64_t wallets = 0;
  std::int64_t entries = 0;
};

struct ReconcilerSettings {
  Duration interval = std::chrono::minutes(20);
  std::int64_t wallets = 50;     ///< in one turn
  std::int64_t entries = 5'000;  ///< of each of them
};

class Reconciler {
 public:
  struct Parts {
    storage::Database& database;
    UuidSource& ids;
    std::function<Task<Result<std::vector<Tenant>>>()> tenants;
    std::function<Task<Result<std::vector<CurrencySum>>>(Tenant)> trial_balance;
  };

  Reconciler(const jobs::Context& context, Parts parts, ReconcilerSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }
  /// Found by this instance since it began.
  [[nodiscard]] std::int64_t found() const { return found_; }
  /// Not resolved when its last round ended.
  [[nodiscard]] std::int64_t open() const { return open_; }
  [[nodiscard]] std::int64_t rounds() const { return rounds_; }

 private:
  using Name = std::pair<std::string, std::string>;  ///< kind and resource

  Task<jobs::Rest> turn();
  Task<Result<bool>> begin_round();
  Task<Result<void>> begin_tenant();
  Task<Result<void>> check_wallets();
  Task<Result<WalletSum>> add_up(WalletSum begun);
  Task<Result<void>> check_reservations();
  Task<Result<void>> check_trial_balance();
  Task<Result<void>> record(std::vector<Finding> wrong, std::vector<Finding> sound);
  [[nodiscard]] Finding finding(std::string_view kind, std::string resource) const;
  void end_round();

  Parts parts_;
  ReconcilerSettings settings_;
  std::vector<Tenant> left_;  ///< of this round, with the one that is under way
  bool is_begun_ = false;     ///< the last of them
  std::int64_t after_wallet_ = 0;
  std::set<Name> known_;  ///< open findings of the tenant under way
  std::int64_t open_in_round_ = 0;
  std::int64_t found_ = 0;
  std::int64_t open_ = 0;
  std::int64_t rounds_ = 0;
  jobs::Job job_;
};

}  // namespace remit::reconciliation
