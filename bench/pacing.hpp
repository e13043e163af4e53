// When each connection sends its next request: closed, open, ramp or hold.
//
// A pacing belongs to one run of a LoadLoop, which calls it from its thread; it decides through the
// Sender that it is given. Cannot fail.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "connection.hpp"

namespace remit::bench {

inline constexpr Nanoseconds kSecond = 1'000'000'000;
inline constexpr Nanoseconds kNever = INT64_MAX;

/// What a pacing may do: the loop as it sees it.
class Sender {
 public:
  virtual ~Sender() = default;
  /// Opens the connection when it is not open. Its latency counts from `since`.
  virtual void send(std::size_t connection, Nanoseconds since) = 0;
};

class Pacing {
 public:
  virtual ~Pacing() = default;
  /// How many connections are open before the run begins.
  [[nodiscard]] virtual std::size_t opened_first() const = 0;
  /// The connection has no outstanding request: at first, after each answer, after it was reopened.
  virtual void idle(std::size_t connection, Nanoseconds now, Sender& sender) = 0;
  /// Sends what is due by the clock; answers when it wants to be asked again at the latest.
  virtual Nanoseconds tick(Nanoseconds now, Sender& sender) = 0;
  /// Requests that are due at the end and were not sent.
  [[nodiscard]] virtual std::size_t unsent() const { return 0; }
};

/// Each connection always has a request outstanding.
std::unique_ptr<Pacing> closed_pacing(std::size_t connections);

/// Each connection sends once and then stays open.
std::unique_ptr<Pacing> hold_pacing(std::size_t connections);

/// A request each 1/rate seconds from `begin` to `end`, on any free connection; while there is none
/// it waits, and the wait is part of its latency.
std::unique_ptr<Pacing> open_pacing(std::size_t connections, double rate, Nanoseconds begin,
                                    Nanoseconds end);

/// Virtual users, `from` of them at first and `to` at the end, each on a connection of its own:
/// send, wait for the answer, pause, again.
struct Ramp {
  std::size_t from = 1;
  std::size_t to = 1;
  Nanoseconds pause = kSecond;
};
std::unique_ptr<Pacing> ramp_pacing(Ramp ramp, Nanoseconds begin, Nanoseconds end);

}  // namespace remit::bench
