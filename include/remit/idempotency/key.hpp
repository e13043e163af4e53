// Idempotency keys (docs/api.md §1.1): their shape, the fingerprint of the request they were used
// for, and the answer that belongs to a key: made once, replayed byte for byte.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "remit/base/problem.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/net/http.hpp"

namespace remit::idempotency {

inline constexpr ProblemCode kKeyReused{"IDEMPOTENCY_KEY_REUSED", 422,
                                        "The key was used for a different request"};
inline constexpr ProblemCode kDuplicateRequest{"DUPLICATE_REQUEST", 409,
                                               "The request was already carried out"};

/// The key named by `Idempotency-Key`, bare or as a quoted string: 10–255 of A–Z a–z 0–9 - _.
/// kMissingHeader or kValidationError.
[[nodiscard]] Result<std::string> read_key(const net::Request& request);

/// Whether the client asked (`Prefer: handling=strict`, RFC 7240) for 409 in place of a replay.
[[nodiscard]] bool wants_strict(const net::Request& request);

/// SHA-256, in hexadecimal, of method, path and the body as parsed JSON.
[[nodiscard]] std::string fingerprint(net::Method method, std::string_view path,
                                      const net::JsonValue& body);

/// One use of a key by one request.
struct Claim {
  Tenant tenant;
  std::string key;
  std::string fingerprint;
  bool strict = false;  ///< a finished first use is 409 DUPLICATE_REQUEST, not replayed
  Timestamp now;

  [[nodiscard]] Bucket bucket() const { return tenant.bucket_of(key); }
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
