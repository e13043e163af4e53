// Which callers reach a handler.
#include "session_admission.hpp"

#include <string>
#include <utility>

#include "remit/net/problems.hpp"
#include "session.hpp"

namespace remit::net {
namespace {

Problem quota_exceeded(const Quota& quota) {
  Problem problem(kQuotaExceeded, "the key may send " + std::to_string(quota.per_second) +
                                      " requests a second on average");
  problem.retry_after = quota.retry_after;
  return problem;
}

}  // namespace

Result<void> Session::admit(Scope scope, Caller caller, Request& request) {
  if (!caller) {
    RefusedCaller& refused = caller.error();
    access_.tenant = refused.tenant;
    access_.key = refused.key;
    return fail(std::move(refused.problem));
  }
  access_.tenant = caller->tenant.id();
  access_.key = caller->key;
  if (core_->partners.limiter != nullptr) {
    quota_ = core_->partners.limiter->take(*caller);
    if (quota_ && quota_->retry_after) return fail(quota_exceeded(*quota_));
  }
  if (!caller->scopes.has(scope)) {
    return fail(kForbidden, "the key needs the scope " + std::string(to_string(scope)));
  }
  request.caller = *std::move(caller);
  return {};
}

void challenge(Response& response, const Headers& request, Scope needed) {
  constexpr int kUnauthorizedStatus = 401;
  constexpr int kForbiddenStatus = 403;
  std::string value = R"(Bearer realm="remit")";
  if (response.status == kForbiddenStatus) {
    value.append(R"(, error="insufficient_scope", scope=")").append(to_string(needed)).append("\"");
  } else if (response.status != kUnauthorizedStatus) {
    return;
  } else if (request.count("Authorization") > 0) {
    value.append(R"(, error="invalid_token")");
  }
  response.headers.push_back({"WWW-Authenticate", std::move(value)});
}

void show_quota(Response& response, const Quota& quota) {
  const std::string name = '"' + std::string(kRateLimitPolicy) + '"';
  response.headers.push_back(
      {"RateLimit-Policy", name + ";q=" + std::to_string(quota.per_second) + ";w=1"});
  response.headers.push_back({"RateLimit", name + ";r=" + std::to_string(quota.remaining) +
                                               ";t=" + std::to_string(quota.restored.count())});
}

}  // namespace remit::net
