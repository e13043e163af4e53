// How a saga that is about to be stored gets its place with the engine: begun in the hands of
// whoever accepts it, it needs no claim.
//
//   std::optional<Start> start = starter.begin(saga);   // a place, and the provider chosen
//   … store the saga, with start->first() when there is one …
//   starter.go_on(std::move(*start), stored);           // or drop it: the place is free again
//
// Loop thread; nothing fails. Dropping a start whose saga was stored all the same is safe: its
// lease brings it back.
#pragma once

#include <memory>
#include <optional>

#include "remit/base/time.hpp"
#include "remit/engine/saga_row.hpp"

namespace remit::engine {

class Start {
 public:
  /// `place` is held until the start is dropped or goes on; `begun_at` is monotonic.
  Start(FirstStep first, std::shared_ptr<void> place, Duration begun_at)
      : first_(std::move(first)), place_(std::move(place)), begun_at_(begun_at) {}

  [[nodiscard]] const FirstStep& first() const { return first_; }
  [[nodiscard]] Duration begun_at() const { return begun_at_; }
  [[nodiscard]] FirstStep take_first() { return std::move(first_); }
  [[nodiscard]] std::shared_ptr<void> take_place() { return std::move(place_); }

 private:
  FirstStep first_;
  std::shared_ptr<void> place_;
  Duration begun_at_;
};

class Starter {
 public:
  Starter() = default;
  Starter(const Starter&) = delete;
  Starter& operator=(const Starter&) = delete;
  virtual ~Starter() = default;

  /// `saga` may leave its legs to its plan. Empty: there is no room, others wait already, or no
  /// provider takes calls. Then the saga is stored as due, and claimed in its turn.
  [[nodiscard]] virtual std::optional<Start> begin(Saga saga) = 0;
  virtual void go_on(Start start, Stored stored) = 0;
  /// Something new may be due.
  virtual void wake() = 0;
};

}  // namespace remit::engine
