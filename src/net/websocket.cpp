#include "remit/net/websocket.hpp"

#include <utility>

#include "stream_websocket.hpp"
#include "websocket_handshake.hpp"

namespace remit::net {

WebSocketAcceptor::WebSocketAcceptor(WebSocketSettings settings, const Clock& clock,
                                     AlarmFactory& alarms)
    : settings_(settings), clock_(clock), alarms_(alarms) {}

Response WebSocketAcceptor::accept(const Request& request, WebSocketTaker taker) {
  Response response = answer_handshake(request);
  constexpr int kSwitchingProtocols = 101;
  if (response.status != kSwitchingProtocols) return response;
  const StreamWebSocket::Context context{settings_, clock_, alarms_, first_ping_after()};
  response.take_over = [context, taker = std::move(taker)](Stream stream, Response head) {
    return StreamWebSocket::run(stream, std::move(head), context, taker);
  };
  return response;
}

Duration WebSocketAcceptor::first_ping_after() {
  // Multiples of the golden ratio, without their whole part, lie evenly however many they are.
  constexpr std::uint32_t kGoldenRatio = 2'654'435'769;
  const Duration interval = settings_.ping_interval;
  const std::uint32_t fraction = accepted_++ * kGoldenRatio;
  constexpr int kHalf = 33;
  return interval - Duration(static_cast<std::int64_t>(
                        static_cast<std::uint64_t>(interval.count()) * fraction >> kHalf));
}

}  // namespace remit::net
