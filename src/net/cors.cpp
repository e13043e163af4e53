#include "cors.hpp"

#include <algorithm>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/net/router.hpp"

namespace remit::net {

Cors::Cors(std::vector<std::string> origins)
    : origins_(std::move(origins)), any_(std::ranges::find(origins_, "*") != origins_.end()) {}

bool Cors::allows(std::string_view origin) const {
  return any_ || std::ranges::find(origins_, origin) != origins_.end();
}

void Cors::decorate(Response& response, std::optional<std::string_view> origin) const {
  if (origins_.empty()) return;
  // Without this a cache could hand one origin's answer to another.
  if (!any_) response.headers.push_back({"Vary", "Origin"});
  if (!origin || !allows(*origin)) return;
  response.headers.push_back(
      {"Access-Control-Allow-Origin", any_ ? std::string("*") : std::string(*origin)});
  response.headers.push_back({"Access-Control-Expose-Headers",
                              "X-Request-Id, Location, Link, Retry-After, Idempotent-Replayed, "
                              "RateLimit, RateLimit-Policy, WWW-Authenticate"});
}

bool Cors::admits(const Headers& headers) const {
  const auto origin = headers.find("Origin");  // More than one, or of Host, are refused before.
  if (!origin || allows(*origin)) return true;
  constexpr std::string_view kBeforeHost = "://";
  const std::size_t scheme_end = origin->find(kBeforeHost);
  const auto host = headers.find("Host");
  return scheme_end != std::string_view::npos && host &&
         equal_without_case(origin->substr(scheme_end + kBeforeHost.size()), *host);
}

Response Cors::answer_options(const Headers& headers, std::span<const Method> allowed) const {
  Response response;
  response.status = 204;
  const std::string methods = allow_list(allowed);
  response.headers.push_back({"Allow", methods});
  const auto origin = headers.find("Origin");
  const bool is_preflight = origin && headers.find("Access-Control-Request-Method");
  if (is_preflight && allows(*origin)) {
    response.headers.push_back({"Access-Control-Allow-Methods", methods});
    response.headers.push_back({"Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Idempotency-Key, Prefer, "
                                "X-Request-Id, traceparent"});
    response.headers.push_back({"Access-Control-Max-Age", "600"});
  }
  return response;
}

}  // namespace remit::net
