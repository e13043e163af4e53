// Makes the first step of each saga that is begun as it is stored. Owned by a runner; loop thread.
#pragma once

#include <memory>
#include <optional>

#include "remit/engine/saga_row.hpp"
#include "saga_actor.hpp"
#include "saga_choice.hpp"

namespace remit::engine {

class FirstSteps {
 public:
  FirstSteps(std::shared_ptr<const ActorParts> parts, Uuid owner)
      : parts_(std::move(parts)), owner_(owner) {}

  /// With the choice of its provider; null when none can be chosen now. `database_now` is empty
  /// while the database's time is not known.
  [[nodiscard]] std::shared_ptr<const FirstStep> make(Saga saga,
                                                      std::optional<Timestamp> database_now);

 private:
  /// What providers are like does not change from one request to the next.
  void survey_now_and_then(Timestamp database_now);

  std::shared_ptr<const ActorParts> parts_;
  Uuid owner_;
  Survey survey_;
  bool some_take_calls_ = false;
  Duration next_survey_{0};
};

}  // namespace remit::engine
