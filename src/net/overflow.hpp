// Refuses connections beyond the limits, with a descriptor that is reserved for it. Loop thread;
// nothing here waits or throws.
#pragma once

#include <string_view>

#include "session.hpp"

namespace remit::net {

/// 503 with `Retry-After`.
[[nodiscard]] Response overflow_response(std::string_view request_id);

/// Sends it and closes, without waiting: an answer that does not fit the socket's buffer, or a
/// request that arrives later, is lost. For connections that cannot have a session either.
void reject_at_once(Socket socket);

/// Reserved, so that a connection can be accepted when the process has no other left.
class SpareDescriptor {
 public:
  SpareDescriptor() { take(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;
  ~SpareDescriptor() { release(); }

  void release();
  /// Without effect while it is held, or when none is available.
  void take();

 private:
  int descriptor_ = -1;
};

}  // namespace remit::net
