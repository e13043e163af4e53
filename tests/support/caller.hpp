// Who makes the requests of tests: a key of the first tenant that may do everything.
#pragma once

#include "remit/net/http.hpp"
#include "support/tenants.hpp"

namespace remit {

[[nodiscard]] inline net::Principal test_caller() {
  return {.tenant = kTenant, .scopes = net::Scopes::all(), .key = {}, .limit = {}};
}

[[nodiscard]] inline net::Request test_request() {
  net::Request request;
  request.caller = test_caller();
  return request;
}

}  // namespace remit
