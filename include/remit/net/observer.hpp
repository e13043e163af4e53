// What a server tells about its work: load control and metrics listen.
//
// An observer outlives its server, is called on the loop thread, and must neither wait nor throw.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "remit/net/http.hpp"

namespace remit::net {

/// What has come in during a while.
struct Activity {
  std::chrono::steady_clock::duration duration{};
  std::size_t connections = 0;  ///< open ones that have sent a request
  std::size_t requests = 0;
};

struct AnsweredRequest {
  Method method = Method::get;
  std::string_view route;  ///< the pattern; empty: no route has this path and method
  int status = 0;
  /// From the whole request to its answer; the bytes are sent after that.
  std::chrono::steady_clock::duration latency{};
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_answered(const AnsweredRequest& /*request*/) {}
  /// A few times a second: what has come in since the last time.
  virtual void on_activity(const Activity& /*activity*/) {}
};

}  // namespace remit::net
