// One request to a server on this machine, from a program that does nothing else: the health check
// of a container, which has no other client at hand.
#pragma once

#include <chrono>
#include <expected>
#include <string>

namespace remit::net {

struct ProbeAnswer {
  int status = 0;
  std::string body;  ///< its first 64 KiB at most
};

/// GET `target` at an address as `server.listen` has it; one that means every address of the
/// machine is asked on loopback. The error is a text: the connection is refused, or there is no
/// answer in time.
[[nodiscard]] std::expected<ProbeAnswer, std::string> probe(const std::string& address,
                                                            const std::string& target,
                                                            std::chrono::milliseconds timeout);

}  // namespace remit::net
