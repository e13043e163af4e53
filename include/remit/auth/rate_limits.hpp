// How many requests each key may still send: a token bucket for each, in memory.
//
// Instances share nothing: each of `instances` gives an even part of every limit, so that many
// give the whole when requests are spread evenly, and never more. A bucket is kept as the instant
// at which it will be full again (the generic cell rate algorithm), and forgotten when that has
// passed. When a limit changes, the requests that are missing from the bucket stay missing. Loop
// thread; nothing fails.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/authenticator.hpp"

namespace remit::auth {

class RateLimits final : public net::RateLimiter {
 public:
  struct Settings {
    net::RequestLimit usual;  ///< of keys that have no limit of their own
    std::int64_t instances = 1;
  };

  RateLimits(Settings settings, const Clock& clock) : settings_(settings), clock_(clock) {}

  [[nodiscard]] std::optional<net::Quota> take(const net::Principal& caller) override;

  /// Buckets that are not known to be full.
  [[nodiscard]] std::size_t size() const { return buckets_.size(); }

 private:
  using Nanoseconds = std::chrono::nanoseconds;
  struct Bucket {
    Nanoseconds full_at{0};
    Nanoseconds cost{0};  ///< of one request, by the limit that it was used under
  };

  void forget_full(Nanoseconds now);

  Settings settings_;
  const Clock& clock_;
  std::unordered_map<Uuid, Bucket> buckets_;
  std::size_t next_sweep_ = 1'024;
};

}  // namespace remit::auth
