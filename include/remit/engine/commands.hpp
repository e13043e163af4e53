// Commands of a person for a movement of any kind: cancel, retry, compensate. Whether it may be
// done is decided in saga_machine.hpp; here it is saved, and decided again when the engine has
// moved the saga in between.
//
// Owned by the service of a feature; loop thread. Fails with the codes of saga_machine.hpp, as the
// loading does, or as storage does.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/engine/admission.hpp"
#include "remit/engine/saga.hpp"

namespace remit::storage {
class Database;
}

namespace remit::engine {

enum class Command : std::uint8_t { cancel, retry, compensate };

class Commands {
 public:
  struct Parts {
    storage::Database& database;
    UuidSource& ids;
    const Clock& clock;
    /// The admissions to wake when sagas may have become due.
    std::vector<Admission*> admissions;
  };
  /// The saga as it is now, with the feature's own words when there is none.
  using Load = std::function<Task<Result<Saga>>()>;

  explicit Commands(Parts parts) : parts_(std::move(parts)) {}

  /// Done, or done already.
  Task<Result<void>> carry_out(Command command, Load load);

 private:
  Parts parts_;
};

}  // namespace remit::engine
