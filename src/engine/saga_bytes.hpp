// How many bytes a saga takes in memory, nearly: what is counted is itself and what its legs, their
// attempts and decisions and its longer strings have allocated.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "remit/engine/saga.hpp"

namespace remit::engine {

/// What a string has allocated: short ones are kept inside.
[[nodiscard]] inline std::size_t bytes_beside(const std::string& text) {
  return text.capacity() > sizeof(std::string) ? text.capacity() : 0;
}

[[nodiscard]] inline std::int64_t bytes_of(const Saga& saga) {
  std::size_t bytes = sizeof(Saga) + bytes_beside(saga.request_id) +
                      bytes_beside(saga.traceparent) + bytes_beside(saga.error_message) +
                      (saga.terms ? saga.terms->bytes() : 0);
  for (const Leg& leg : saga.legs) {
    bytes += sizeof(Leg) + bytes_beside(leg.account) + bytes_beside(leg.reference) +
             bytes_beside(leg.tx_id) + leg.refused_by.size() * sizeof(std::string);
    for (const Attempt& attempt : leg.attempts) {
      bytes += sizeof(Attempt) + bytes_beside(attempt.error) + bytes_beside(attempt.asked);
    }
    for (const Decision& decision : leg.decisions) {
      bytes += sizeof(Decision) + decision.reasons.size() * sizeof(routing::Reason);
    }
  }
  return static_cast<std::int64_t>(bytes);
}

}  // namespace remit::engine
