// How many sagas of each tenant are worked on here, of all kinds, against its bound.
//
// Shared by the runners of an engine. Who was at its bound and has come well below it is told of:
// then its work is claimed again, several at once. Remembers those that have something in flight.
// Loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "remit/engine/tenant_bounds.hpp"

namespace remit::engine {

class InFlight {
 public:
  /// Null: no tenant has a bound.
  explicit InFlight(const TenantBounds* bounds) : bounds_(bounds) {}

  /// Some tenant may have more than before.
  void on_room(std::function<void()> call) { on_room_.push_back(std::move(call)); }

  void take(TenantId tenant);
  void give_back(TenantId tenant);
  /// How many more it may have.
  [[nodiscard]] std::int64_t left(TenantId tenant) const;
  /// It may have no more, or was not told of room since it had all: it waits for its own work.
  [[nodiscard]] bool is_at_its_bound(TenantId tenant) const;
  /// How many tenants are.
  [[nodiscard]] std::int64_t at_their_bounds() const;

 private:
  [[nodiscard]] std::int64_t bound_of(TenantId tenant) const;

  const TenantBounds* bounds_;
  std::vector<std::function<void()>> on_room_;
  std::map<TenantId, std::int64_t> counts_;
  std::set<TenantId> full_;  ///< were at their bound, and have not been well below it since
};

}  // namespace remit::engine
