// How a saga is started on acceptance, just before it is stored, so that it needs no claim.
//
//   std::optional<Admitted> admitted = admission.try_admit(saga);   // its provider is chosen
//   … store the saga, with admitted->first() when there is one …
//   admission.run(std::move(*admitted), stored);         // or drop it: its permit is free again
//
// Loop thread; nothing fails. Dropping one whose saga was stored is safe: its lease ends, and a
// claim takes it over.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "remit/base/interface.hpp"
#include "remit/base/time.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/load/permit.hpp"

namespace remit::engine {

class Admitted {
 public:
  /// Without a permit it waits for one after it is stored. `begun_at` is monotonic.
  Admitted(std::shared_ptr<const FirstStep> first, std::optional<load::Permit> permit,
           Duration begun_at)
      : first_(std::move(first)), permit_(std::move(permit)), begun_at_(begun_at) {}

  /// Never null; stored and begun from the same.
  [[nodiscard]] const std::shared_ptr<const FirstStep>& first() const { return first_; }
  [[nodiscard]] Duration begun_at() const { return begun_at_; }
  [[nodiscard]] std::optional<load::Permit> take_permit() { return std::move(permit_); }

 private:
  std::shared_ptr<const FirstStep> first_;
  std::optional<load::Permit> permit_;
  Duration begun_at_;
};

class Admission : public Interface {
 public:
  /// `saga` may leave its legs to its plan. Empty: there is neither a permit for it nor memory in
  /// which it could wait for one, its tenant is at its bound, or no provider takes calls. Then the
  /// saga is stored as due, and claimed in its turn.
  [[nodiscard]] virtual std::optional<Admitted> try_admit(Saga saga) = 0;
  virtual void run(Admitted admitted, Stored stored) = 0;
  /// Sagas may have been removed: what waits for a permit is given back, so that it is not begun
  /// unless it is there.
  virtual void reconsider() = 0;
  /// Something new of that tenant may be due in that bucket.
  virtual void wake(Bucket bucket, TenantId tenant) = 0;
  /// More of that tenant's work is not begun here before some of it has ended.
  [[nodiscard]] virtual bool is_at_its_bound(TenantId tenant) const = 0;
};

}  // namespace remit::engine
