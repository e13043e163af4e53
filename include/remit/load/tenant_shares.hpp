// How many permits of one kind each tenant holds, and what it may hold.
//
//   * While another tenant has shown itself within the last minute, no tenant takes the last eighth
//     of the permits from all others: what comes next of another tenant finds one that is free.
//   * A tenant that holds less than three quarters of an equal part, among those that hold some,
//     has a right to the next that is free.
//
// A single tenant has all of them, and no such right. It remembers tenants that hold permits, and
// two that have shown themselves last. Pure; of one thread. Instants are monotonic and given.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"

namespace remit::load {

class TenantShares {
 public:
  explicit TenantShares(std::int64_t permits) : permits_(permits) {}

  /// Something of it was accepted or claimed here.
  void on_seen(TenantId tenant, Duration now);
  void take(TenantId tenant) { ++held_[tenant]; }
  void give_back(TenantId tenant);

  [[nodiscard]] std::int64_t held(TenantId tenant) const;
  /// How many more it may take, as far as others are concerned.
  [[nodiscard]] std::int64_t left(TenantId tenant, Duration now) const;
  [[nodiscard]] bool has_right(TenantId tenant) const;

 private:
  struct Seen {
    TenantId tenant;
    Duration at;
  };
  [[nodiscard]] bool others_were_seen(TenantId tenant, Duration now) const;

  std::int64_t permits_;
  std::map<TenantId, std::int64_t> held_;
  std::optional<Seen> last_;
  std::optional<Seen> before_;  ///< the last of another tenant
};

}  // namespace remit::load
