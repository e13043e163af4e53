// Refusals of the HTTP server itself, before or instead of a handler (docs/api.md §1).
#pragma once

#include "remit/base/problem.hpp"

namespace remit::net {

inline constexpr ProblemCode kBadRequest{"BAD_REQUEST", 400,
                                         "The request breaks the rules of HTTP"};
inline constexpr ProblemCode kUnauthenticated{"UNAUTHENTICATED", 401,
                                              "The request needs a valid API key"};
inline constexpr ProblemCode kForbidden{"FORBIDDEN", 403, "The key may not do this"};
inline constexpr ProblemCode kQuotaExceeded{
    "QUOTA_EXCEEDED", 429, "The key has sent too many requests",
    "https://iana.org/assignments/http-problem-types#quota-exceeded"};
inline constexpr ProblemCode kMethodNotAllowed{"METHOD_NOT_ALLOWED", 405,
                                               "The resource does not answer this method"};
inline constexpr ProblemCode kRequestTimeout{"REQUEST_TIMEOUT", 408,
                                             "The request did not arrive in time"};
inline constexpr ProblemCode kPayloadTooLarge{"PAYLOAD_TOO_LARGE", 413, "The body is too large"};
inline constexpr ProblemCode kUriTooLong{"URI_TOO_LONG", 414, "The request target is too long"};
inline constexpr ProblemCode kUnsupportedMediaType{"UNSUPPORTED_MEDIA_TYPE", 415,
                                                   "The body has to be application/json"};
inline constexpr ProblemCode kExpectationFailed{"EXPECTATION_FAILED", 417,
                                                "The expectation cannot be met"};
inline constexpr ProblemCode kUpgradeRequired{"UPGRADE_REQUIRED", 426,
                                              "The resource is a WebSocket"};
inline constexpr ProblemCode kHeaderTooLarge{"HEADER_TOO_LARGE", 431, "The header is too large"};
inline constexpr ProblemCode kNotImplemented{"NOT_IMPLEMENTED", 501, "The method is not known"};
inline constexpr ProblemCode kVersionNotSupported{"HTTP_VERSION_NOT_SUPPORTED", 505,
                                                  "Only HTTP/1.0 and HTTP/1.1 are spoken"};

}  // namespace remit::net
