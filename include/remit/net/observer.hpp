// Events of a server, for load control and metrics.
//
// An observer outlives its server, is called on the loop thread, and must neither wait nor throw.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "remit/net/http.hpp"

namespace remit::net {

/// The requests of a span of time.
struct Activity {
  std::chrono::steady_clock::duration duration{};
  std::size_t connections = 0;  ///< open ones that have sent a request
  std::size_t requests = 0;
};

struct AnsweredRequest {
  Method method = Method::get;
  std::string_view route;  ///< the pattern; empty: no route has this path and method
  int status = 0;
  /// From the complete request to its response; sending it is not included.
  std::chrono::steady_clock::duration latency{};
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_answered(const AnsweredRequest& /*request*/) {}
  /// Called a few times a second with the requests since the last call.
  virtual void on_activity(const Activity& /*activity*/) {}
};

}  // namespace remit::net
