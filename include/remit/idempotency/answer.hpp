// The answer that belongs to a key: made once, replayed byte for byte (docs/api.md §1.1). Values;
// any thread.
#pragma once

#include <string>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/net/http.hpp"

namespace remit::idempotency {

/// One use of a key by one request.
struct Claim {
  TenantId tenant;
  std::string key;
  std::string fingerprint;
  bool strict = false;  ///< a finished first use is 409 DUPLICATE_REQUEST, not replayed
  Timestamp now;
};

struct Answer {
  int status = 0;
  std::string body;
  std::string resource_id;  ///< what the first use made, when it made something
  std::string location;
  bool replayed = false;
};

[[nodiscard]] net::Response to_response(Answer answer);

}  // namespace remit::idempotency
