// What a run counts, and the line of JSON that it ends with.
//
// Owned by one run, one thread. Cannot fail.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "histogram.hpp"

namespace remit::bench {

struct Tally {
  // Of the measured window.
  Histogram latency;  ///< of answers with the expected status
  std::array<std::uint64_t, 600> status{};
  std::uint64_t errors = 0;  ///< connections that broke under a request, timeouts, bad framing
  double seconds = 0;

  // Of the whole run, warm-up and the last answers included.
  std::uint64_t sent = 0;
  std::uint64_t good = 0;        ///< answers with the expected status
  std::uint64_t unanswered = 0;  ///< no answer, even a while after the end
  std::uint64_t unsent = 0;      ///< were due by the schedule and found no free connection
  std::uint64_t open_connections = 0;

  [[nodiscard]] std::string to_json(const std::string& mode) const;
};

}  // namespace remit::bench
