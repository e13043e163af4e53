// Very slow clients: each sends its request at one byte a second, and reconnects when it is closed.
//
// One run, on the thread that calls it. What cannot be opened is tried again a second later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "connection.hpp"

namespace remit::bench {

struct TrickleTally {
  std::size_t connections = 0;
  std::uint64_t bytes = 0;        ///< sent, of all of them
  std::uint64_t turned_away = 0;  ///< connections that the server ended
  std::uint64_t completed = 0;    ///< requests sent to their last byte

  [[nodiscard]] std::string to_json() const;
};

TrickleTally trickle(std::uint16_t port, std::size_t connections, std::string_view request,
                     Nanoseconds duration);

}  // namespace remit::bench
