// What an answer says of the caller: what it lacks, and what is left of its limit. Pure.
#pragma once

#include "remit/net/authenticator.hpp"

namespace remit::net {

/// Adds WWW-Authenticate (RFC 6750 §3) to a 401 or 403.
void challenge(Response& response, const Headers& request, Scope needed);

/// Adds RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11).
void show_quota(Response& response, const Quota& quota);

}  // namespace remit::net
