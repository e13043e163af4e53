// What is said to connections for which there is no place, and the descriptor that is kept to say
// it with. Loop thread; nothing here waits or throws.
#pragma once

#include <string_view>

#include "session.hpp"

namespace remit::net {

/// 503 with `Retry-After`.
[[nodiscard]] Response overflow_response(std::string_view request_id);

/// Says so and hangs up, without waiting: an answer that does not fit the socket's buffer, or a
/// request that comes only after it, is lost. For when there is no place for a session either.
void reject_at_once(Socket socket);

/// Held so that there is one to accept a connection with when the process has no other left.
class SpareDescriptor {
 public:
  SpareDescriptor() { take(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;
  ~SpareDescriptor() { release(); }

  void release();
  /// Without effect while it is held, or when there is none to be had.
  void take();

 private:
  int descriptor_ = -1;
};

}  // namespace remit::net
