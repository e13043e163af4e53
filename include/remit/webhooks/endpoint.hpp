// Endpoints of webhooks as a tenant sees them. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/http.hpp"
#include "remit/webhooks/signature.hpp"

namespace remit::webhooks {

inline constexpr ProblemCode kEndpointNotFound{"WEBHOOK_ENDPOINT_NOT_FOUND", 404,
                                               "There is no such webhook endpoint"};
inline constexpr ProblemCode kTooManyEndpoints{"TOO_MANY_WEBHOOK_ENDPOINTS", 409,
                                               "The tenant has too many webhook endpoints"};
/// The installation has no key to seal secrets with: a matter for its operator.
inline constexpr ProblemCode kWebhooksNotConfigured{"WEBHOOKS_NOT_CONFIGURED", 503,
                                                    "Webhooks are not set up"};

/// Of one tenant.
inline constexpr std::int64_t kMostEndpoints = 50;
inline constexpr std::size_t kMaxUrl = 2'048;
inline constexpr std::size_t kMaxDescription = 200;
inline constexpr std::size_t kMaxEventPatterns = 20;
inline constexpr std::size_t kMaxOwnHeaders = 20;
inline constexpr std::size_t kMaxHeaderName = 64;
inline constexpr std::size_t kMaxHeaderValue = 1'024;
inline constexpr std::int64_t kHighestRate = 10'000;
inline constexpr std::chrono::seconds kUsualGrace = std::chrono::hours(24);
inline constexpr std::chrono::seconds kLongestGrace = std::chrono::days(7);

enum class Mode : std::uint8_t { full, thin };

[[nodiscard]] constexpr std::string_view to_string(Mode mode) {
  return mode == Mode::full ? "full" : "thin";
}
/// "v1" or "v1a".
[[nodiscard]] constexpr std::string_view to_string(KeyKind kind) {
  return kind == KeyKind::shared ? "v1" : "v1a";
}

struct Endpoint {
  Uuid id;
  std::string url;
  std::vector<std::string> events;  ///< patterns of types
  std::string description;
  Mode mode = Mode::full;
  std::int64_t max_per_second = 0;  ///< 0: no limit
  std::vector<std::string> header_names;
  KeyKind signature = KeyKind::shared;
  std::string public_key;                   ///< of a pair
  std::string previous_public_key;          ///< of a pair, during a rotation
  std::optional<Timestamp> previous_until;  ///< both keys sign until then
  std::string disabled_reason;              ///< empty: it is enabled
  Timestamp created_at;
  Timestamp updated_at;
};

/// What a tenant says about an endpoint. Of a change: what is left out stays.
struct EndpointWish {
  std::optional<std::string> url;
  std::optional<std::vector<std::string>> events;
  std::optional<std::string> description;
  std::optional<Mode> mode;
  std::optional<std::int64_t> max_per_second;
  std::optional<std::vector<net::Header>> headers;
  std::optional<bool> enabled;
};

/// One that receivers check signatures with.
struct PublicKey {
  Uuid endpoint;
  std::string text;                      ///< "whpk_…"
  std::optional<Timestamp> valid_until;  ///< of the one before, during a rotation
};

}  // namespace remit::webhooks
