// The sagas that an instance holds under their leases without a permit: those that were stored with
// their provider and wait for a permit, and those that rest until their provider is to be asked
// again. Decides which of them may stay, which goes on, and which is given back, with what step.
//
// Both are bounded by their bytes, nearly. Once those that wait fill their limit there is no room
// until half of it is free: with room for one at a time, each batch would store some with their
// provider and some without, which costs the most. A little more is there for tenants of which few
// wait.
//
// Nothing is sent for one that rests before it has been asked about: it goes on with a query, and a
// submission follows a step that was saved and not fenced. Owned by a runner, which saves what is
// given back and has the permits. Instants are monotonic and given. Loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "saga_line.hpp"

namespace remit::engine {

class HeldSagas {
 public:
  struct Settings {
    Duration lease{0};
    Duration look_interval{0};       ///< so long after it is due a rest may end
    std::int64_t waiting_limit = 0;  ///< bytes
    std::int64_t resting_limit = 0;  ///< bytes
  };
  struct Held {
    Saga saga;
    LeaseHold lease;
  };
  struct GivenBack {
    Step step;
    LeaseHold lease;
  };

  /// Whether one of that tenant may go on now.
  using MayHave = std::function<bool(TenantId)>;

  explicit HeldSagas(Settings settings) : settings_(settings) {}

  [[nodiscard]] std::int64_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::int64_t resting() const { return resting_.size(); }
  /// With those that are being given back.
  [[nodiscard]] bool empty() const {
    return waiting_.empty() && resting_.empty() && giving_back_ == 0;
  }

  [[nodiscard]] bool may_wait(TenantId tenant) const;
  void wait(Held held);
  /// Of the tenant whose turn it is the one that has waited longest; empty: none may be begun.
  [[nodiscard]] std::optional<Held> begin(const MayHave& may_have);

  /// Whether a saga may stay until its provider is asked again: its rest is short against a lease.
  [[nodiscard]] bool may_rest(const Step& step) const;
  /// Whether there will be time for a call and its save when a rest until then has ended.
  [[nodiscard]] bool lasts_until(Duration due, const LeaseHold& lease) const {
    return due + settings_.look_interval + reserve() <= lease.lease_end;
  }
  void rest(Held held, Duration due) {
    resting_.push({std::move(held.saga), std::move(held.lease), due});
  }
  /// One whose rest is over, of the tenant whose turn it is; empty: there is none, or it is to be
  /// given back first.
  [[nodiscard]] std::optional<Held> resume(Duration now, const MayHave& may_have);

  /// Sagas may have been removed: those that wait are given back, so that none is sent that is
  /// gone. One that rests is fenced by its next save.
  void doubt() { in_doubt_ = waiting_.size(); }
  /// All are given back, and none may stay.
  void close() { is_closed_ = true; }

  /// The next that is to be given back: after `close`, after `doubt`, or since its lease is too far
  /// gone. Empty: there is none, or enough of them are being saved.
  [[nodiscard]] std::optional<GivenBack> give_back(Duration now);
  /// It was saved, or could not be.
  void on_given_back() { --giving_back_; }

 private:
  void on_fewer_wait();
  /// The last part of a lease is for a call and its save.
  [[nodiscard]] Duration reserve() const;
  [[nodiscard]] bool is_late(const LeaseHold& lease, Duration now) const {
    return is_closed_ || now + reserve() > lease.lease_end;
  }

  Settings settings_;
  SagaLine waiting_;
  SagaLine resting_;
  bool is_full_ = false;       ///< of those that wait
  std::int64_t in_doubt_ = 0;  ///< so many of those that wait, the first, may be gone
  std::int64_t giving_back_ = 0;
  bool is_closed_ = false;
};

}  // namespace remit::engine
