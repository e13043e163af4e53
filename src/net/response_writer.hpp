// The head of a response as text: status line, our own fields, then the handler's, guarded.
//
// Appends to a string that the session reuses. Fields that the server sets itself, or that would
// break the message apart (control characters), are left out of what a handler gave. Loop thread.
#pragma once

#include <string>
#include <string_view>

#include "remit/net/http.hpp"

namespace remit::net {

struct ResponseContext {
  std::string_view request_id;
  bool is_head = false;      ///< the answer to HEAD: no body, but its length
  bool is_http_1_0 = false;  ///< of the request: keeping alive has to be said
  bool keep_alive = true;
};

/// Whether the status forbids a body (RFC 9110 §6.4.1).
[[nodiscard]] bool is_bodiless(int status);

void append_response_head(std::string& out, const Response& response,
                          const ResponseContext& context);

}  // namespace remit::net
