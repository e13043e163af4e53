// How much the requests of clients want of this process: what lanes measure, and what the engine
// asks for before it takes up more work.
//
// Values, and the interface of who measures. Any thread; nothing fails.
#pragma once

#include <cstddef>
#include <cstdint>

#include "remit/base/interface.hpp"

namespace remit::load {

enum class Load : std::uint8_t {
  idle,       ///< few requests, or so many that throttling costs more than it saves: no limits
  busy,       ///< background work is throttled, so that responses are not delayed behind it
  saturated,  ///< requests take priority: what they ask for is stored now and begun later
};

/// What a server has seen come in during the last moment.
struct Traffic {
  std::size_t clients = 0;  ///< that sent a request
  double requests_per_second = 0;
};

class Meter : public Interface {
 public:
  [[nodiscard]] virtual Load level() const = 0;
};

}  // namespace remit::load
