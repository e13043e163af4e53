// When a WebSocket is pinged, and when it is given up. Pure: instants are given, of a clock that
// never jumps.
#pragma once

#include <cstdint>
#include <optional>

#include "remit/base/time.hpp"
#include "remit/net/websocket.hpp"

namespace remit::net {

class Heartbeat {
 public:
  /// The first ping is due after `first_ping_after`, others when `ping_interval` has passed since
  /// the last.
  Heartbeat(const WebSocketSettings& settings, Duration now, Duration first_ping_after);

  enum class Act : std::uint8_t { wait, ping, give_up };
  struct Step {
    Act act = Act::wait;
    Duration delay{};  ///< of `wait`: ask again then, or earlier when something has happened
  };
  /// A ping that it asks for counts as sent.
  [[nodiscard]] Step next(Duration now);

  /// Bytes have come.
  void on_heard() { unanswered_since_.reset(); }
  /// There is something to send, and the peer takes nothing. Without effect when that is known.
  void on_stalled(Duration now);
  /// The peer took some.
  void on_progress() { stalled_since_.reset(); }
  /// From now on the socket is closing. Without effect when it is.
  void on_closing(Duration now);

 private:
  const Duration ping_interval_;
  const Duration pong_timeout_;
  const Duration write_timeout_;
  const Duration close_timeout_;
  Duration next_ping_;
  std::optional<Duration> unanswered_since_;
  std::optional<Duration> stalled_since_;
  std::optional<Duration> closing_since_;
};

}  // namespace remit::net
