// Bytes for keys. Throws std::system_error when the system gives none. Any thread.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

namespace remit::webhooks {

/// At most 256, which is what the system gives at once.
[[nodiscard]] inline std::string random_bytes(std::size_t count) {
  std::string bytes(std::min<std::size_t>(count, 256), '\0');
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    throw std::system_error(errno, std::generic_category(), "no random bytes");
  }
  return bytes;
}

}  // namespace remit::webhooks
