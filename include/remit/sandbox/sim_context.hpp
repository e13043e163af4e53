// What every simulated provider is given by its World. Clock and alarms outlive all providers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "remit/base/alarm.hpp"
#include "remit/base/time.hpp"
#include "remit/sandbox/journal.hpp"
#include "remit/sandbox/pauses.hpp"

namespace remit::sandbox {

struct SimContext {
  std::string name;
  std::uint64_t seed = 1;
  const Clock& clock;
  AlarmFactory& alarms;
  std::shared_ptr<Journal> journal;
  std::shared_ptr<Pauses> pauses;
};

}  // namespace remit::sandbox
