// The permits of one runner: how many there are for what (AdmissionControl), for whom of the
// tenants (TenantShares), and within its bound (InFlight). Owned by a runner; loop thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "in_flight.hpp"
#include "known_work.hpp"
#include "remit/base/time.hpp"
#include "remit/load/admission_control.hpp"
#include "remit/load/load.hpp"
#include "remit/load/tenant_shares.hpp"

namespace remit::engine {

class Permits {
 public:
  using Decision = load::AdmissionControl::Decision;

  Permits(load::AdmissionControl::Settings settings, const load::Meter& load, const Clock& clock,
          std::shared_ptr<InFlight> in_flight)
      : admission_(settings),
        shares_(settings.permits),
        in_flight_(std::move(in_flight)),
        load_(load),
        clock_(clock) {}

  [[nodiscard]] load::AdmissionControl& admission() { return admission_; }
  [[nodiscard]] const load::AdmissionControl& admission() const { return admission_; }
  [[nodiscard]] Decision decide() const {
    return admission_.decide(load_.level(), clock_.monotonic());
  }
  [[nodiscard]] bool is_saturated() const { return load_.level() == load::Load::saturated; }

  void on_seen(TenantId tenant) { shares_.on_seen(tenant, clock_.monotonic()); }
  /// What has to wait waits in the database.
  [[nodiscard]] bool is_at_its_bound(TenantId tenant) const {
    return in_flight_->left(tenant) <= 0;
  }
  [[nodiscard]] Standing standing_of(TenantId tenant) const {
    return {.held = shares_.held(tenant),
            .most = std::min(shares_.left(tenant, clock_.monotonic()), in_flight_->left(tenant))};
  }
  [[nodiscard]] bool has_right(TenantId tenant) const { return shares_.has_right(tenant); }
  /// One that is free for all of them, or else for those that have a right to it.
  [[nodiscard]] bool may_have(TenantId tenant, bool is_for_all) const {
    return (is_for_all || shares_.has_right(tenant)) && standing_of(tenant).most > 0;
  }
  [[nodiscard]] bool may_admit(TenantId tenant) const {
    const Decision decision = decide();
    return decision.by_right.admit && may_have(tenant, decision.admit);
  }

  void take(load::PermitKind kind, TenantId tenant) {
    admission_.take(kind);
    shares_.take(tenant);
    in_flight_->take(tenant);
  }
  void give_back(load::PermitKind kind, TenantId tenant) {
    admission_.give_back(kind);
    shares_.give_back(tenant);
    in_flight_->give_back(tenant);
  }

 private:
  load::AdmissionControl admission_;
  load::TenantShares shares_;
  std::shared_ptr<InFlight> in_flight_;
  const load::Meter& load_;
  const Clock& clock_;
};

}  // namespace remit::engine
