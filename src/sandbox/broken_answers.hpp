// How a simulated provider answers on a connection that it has taken over: not at all, by half, or
// byte by byte. Loop thread; whatever fails ends the connection.
#pragma once

#include <chrono>

#include "remit/net/http.hpp"

namespace remit::sandbox {

/// The connection ends without an answer.
[[nodiscard]] net::TakeOver drop();

/// Cut: the connection ends in the middle of the body that the head promises. `pause`: after every
/// byte.
[[nodiscard]] net::TakeOver send_badly(bool is_cut, std::chrono::milliseconds pause);

}  // namespace remit::sandbox
