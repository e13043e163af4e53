// Finds the end and the status of a response; ignores everything else.
//
// One per connection, used from the thread of its run. It knows Content-Length only: a response
// without it, or with data after its end, is `broken`, and the connection cannot be used again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace remit::bench {

class ResponseScanner {
 public:
  enum class Progress { more, done, broken };

  /// What has arrived. After `done` the next bytes belong to the next response.
  Progress feed(std::string_view bytes);

  /// Of the response that is done.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] bool closes() const { return closes_; }

  void reset();

 private:
  Progress read_head(std::string_view head, std::size_t body_here);

  std::string head_;         ///< only when it arrives in pieces
  std::size_t missing_ = 0;  ///< bytes of the body
  bool in_body_ = false;
  bool closes_ = false;
  int status_ = 0;
};

}  // namespace remit::bench
