// What a row of the saga table holds beyond its saga, as rules: where its versions begin, whose
// lease it is after a step, and which provider and instant it shows. The SQL is in saga_sql.hpp.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "remit/engine/saga.hpp"
#include "remit/engine/saga_machine.hpp"

namespace remit::engine {

using SagaKey = std::pair<TenantId, Uuid>;

/// The step with which a saga begins its life under the lease of whoever made it: its provider is
/// stored with it, so that the first call can follow at once.
struct FirstStep {
  Step step;
  Uuid owner;
  Duration lease{0};
};

struct NewSaga {
  Saga saga;
  Duration start_after{0};
  /// A charge's legs follow from its plan until a provider is chosen; storing them can wait.
  bool store_legs = true;
  std::optional<FirstStep> first = std::nullopt;
};

/// Which of several sagas were new, and when they were stored.
struct Inserted {
  std::set<SagaKey> keys;
  Timestamp at;  ///< by the database's clock; the epoch when none was new
};

/// Versions begin at the instant: a saga that is made again after a purge repeats no step, and
/// whoever still holds its predecessor is fenced.
[[nodiscard]] std::int64_t initial_version(Timestamp created_at);

/// The saga as `first` leaves it, stored at that instant by the database's clock: the instant of
/// the step, and (in milliseconds) the requestedAt of the leg, which its document leaves to the
/// column.
[[nodiscard]] Saga saga_begun(Step first, Timestamp at);

/// The columns that a step decides.
struct StepColumns {
  std::string_view provider;              ///< of the current leg, else the last; empty: NULL
  std::optional<Timestamp> submitted_at;  ///< of the same leg
  std::optional<Duration> due_after;      ///< empty: nothing is left to do by itself
  bool keeps_lease = false;
};

/// Views into the step. `lease`: how long the owner goes on, if it does.
[[nodiscard]] StepColumns columns_after(const Step& step, Duration lease);

}  // namespace remit::engine
