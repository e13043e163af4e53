// The server's side of a WebSocket (RFC 6455) that carries text messages, without extensions.
//
// A handler answers a request with `WebSocketAcceptor::accept`. Once the handshake has been sent,
// the taker given there runs with the socket; when the taker returns, the socket is closed with
// 1000 unless it has another code by then. The taker is called on the loop thread, as is everything
// here. Others that send on a socket hold a shared_ptr to it for as long as they like: when the
// connection has ended, `send` returns false and the other functions do nothing. They let it go
// before the loop is destroyed. Nothing is thrown.
//
// A socket that waits holds no buffers. What a client does not read is bounded by the settings, as
// is every wait. When the server drains, the socket is closed with 1001.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/alarm.hpp"
#include "remit/base/interface.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/net/http.hpp"

namespace remit::net {

/// Why a socket is closed (RFC 6455 §7.4). Applications may use 4000 to 4999 besides.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_code = 1005,  ///< never sent: the peer gave none
  lost = 1006,     ///< never sent: the connection ended without a farewell
  invalid_text = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  internal_error = 1011,
  try_again_later = 1013
};

struct WebSocketSettings {
  /// Of a message that is received, over all its fragments; 1009 beyond.
  std::size_t max_message_bytes = 65'536;
  /// Of messages that were not sent yet; 1013 beyond.
  std::size_t max_queued_messages = 1'024;
  std::size_t max_queued_bytes = 1'048'576;
  std::chrono::milliseconds ping_interval{20'000};
  /// From a ping to the next byte of any kind; then the connection is cut.
  std::chrono::milliseconds pong_timeout{10'000};
  /// How long the client may take none of what is sent; then the connection is cut.
  std::chrono::milliseconds write_timeout{10'000};
  /// From the decision to close to the end of the connection.
  std::chrono::milliseconds close_timeout{2'000};
};

class WebSocket : public Interface {
 public:
  using Text = std::shared_ptr<const std::string>;

  /// Queues a message of valid UTF-8, which all subscribers may share. It is sent in the next turn
  /// of the loop, together with what else is queued by then. False: the socket is not open, or this
  /// message is beyond the bound of what is queued; then all of it is dropped, and the socket is
  /// closed with 1013.
  virtual bool send(Text text) = 0;

  /// Sends what is queued, then the code and a reason of at most 123 bytes. Only the first of
  /// several closes counts. A taker that waits in `receive` returns from it within the timeout.
  virtual void close(CloseCode code, std::string_view reason) = 0;

  /// The next message. Empty: there will be none, and the taker should return. Pings, pongs and
  /// closes are answered in here, so a taker calls it again and again. One call at a time.
  virtual Task<std::optional<std::string>> receive() = 0;

  /// Until all that was queued has been handed to the system: true. False: the socket is not open
  /// any more. For those that have more to send than may be queued. One call at a time.
  virtual Task<bool> flushed() = 0;

  /// Whether messages can be sent. False from the first close, of whichever side.
  [[nodiscard]] virtual bool is_open() const = 0;

  /// Of messages that were not handed to the system yet.
  [[nodiscard]] virtual std::size_t queued_messages() const = 0;

  /// With which code it was closed, by whichever side was first; empty while it is open.
  [[nodiscard]] virtual std::optional<CloseCode> closed_with() const = 0;
};

/// What a socket is for.
using WebSocketTaker = std::function<Task<void>(std::shared_ptr<WebSocket>)>;

/// Makes the answers that become WebSockets. It and its collaborators outlive the loop's last turn.
class WebSocketAcceptor {
 public:
  WebSocketAcceptor(WebSocketSettings settings, const Clock& clock, AlarmFactory& alarms);

  /// 101, after which the taker gets the socket. Or a refusal: 403 for a page of an origin that is
  /// not allowed, 426 for a request that does not ask for an upgrade to a WebSocket, or for one of
  /// another version, 400 for a key that is none.
  [[nodiscard]] Response accept(const Request& request, WebSocketTaker taker);

 private:
  /// Spreads the pings of sockets that were opened in the same moment.
  [[nodiscard]] Duration first_ping_after();

  WebSocketSettings settings_;
  const Clock& clock_;
  AlarmFactory& alarms_;
  std::uint32_t accepted_ = 0;
};

}  // namespace remit::net
