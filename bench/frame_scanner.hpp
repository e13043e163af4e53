// Takes what a server sends on a WebSocket apart into messages; ignores everything that a measured
// server does not do: fragments, extensions, masks.
//
// One per socket, used from the thread of its run. Whole frames that arrive in one piece are not
// copied. Cannot fail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace remit::bench {

struct Frame {
  std::uint8_t opcode = 0;
  std::string_view payload;  ///< until the next call
};

class FrameScanner {
 public:
  /// What has arrived. Frames are then taken until there is none.
  void feed(std::string_view bytes);
  [[nodiscard]] std::optional<Frame> next();

 private:
  std::string kept_;       ///< the beginning of a frame
  std::string_view rest_;  ///< of what was fed
};

/// What a client sends; at most 125 bytes.
[[nodiscard]] std::string client_frame(std::uint8_t opcode, std::string_view payload);

}  // namespace remit::bench
