// What a simulated provider does wrong on purpose, and the random numbers that decide it.
//
// Owned by its provider; loop thread. `update` is all or nothing and fails with kValidationError.
// Random numbers come from (seed, provider name), so that a run can be repeated; rates are parts
// per million, never floats.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"
#include "remit/base/time.hpp"
#include "remit/net/json.hpp"

namespace remit::sandbox {

inline constexpr std::int64_t kMillion = 1'000'000;

struct FaultSettings {
  std::int64_t delay_ms = 0;  ///< before the work, as at the public processor
  bool failing = false;       ///< 5xx, or `status`, after the delay; nothing is done
  std::int64_t reject_per_million = 0;
  std::int64_t drop_response_per_million = 0;  ///< works, then closes without answering
  std::int64_t garbage_per_million = 0;        ///< works, then answers 200 with what is not JSON
  std::int64_t half_answer_per_million = 0;    ///< works, then closes amid the promised body
  std::int64_t late_error_per_million = 0;     ///< works, then answers 500 all the same
  std::int64_t late_refusal_per_million = 0;   ///< works, then answers a 4xx in a foreign format
  std::int64_t gateway_per_million = 0;        ///< a gateway answers a 4xx instead
  bool gateway_passes_on = false;              ///< … and the request goes its way behind that
  std::int64_t gateway_status = 0;             ///< of both 4xx; 0: one of those usual, by chance
  std::int64_t trickle_ms = 0;                 ///< works, then answers with that pause per byte
  std::int64_t invisible_ms = 0;               ///< how long queries do not find what was accepted
  std::int64_t settle_after_polls = 0;         ///< 0: two to four, by chance
  std::int64_t fail_settlement_per_million = 0;
  bool stuck = false;            ///< nothing settles, however often it is asked for
  bool reads = false;            ///< whether delay and faults hit queries too, not only work
  std::int64_t stale_by_ms = 0;  ///< rates: how old they say they are
  /// What is answered when failing; the webhook receiver answers it always. 0: what is usual.
  std::int64_t status = 0;
  std::int64_t seed = 1;
};

class Faults {
 public:
  Faults(std::uint64_t seed, std::string_view provider);

  /// Members of `body` replace settings, the others stay. A `seed` restarts the random numbers.
  [[nodiscard]] Result<void> update(const net::JsonValue& body);
  void set(FaultSettings settings) { settings_ = settings; }
  [[nodiscard]] const FaultSettings& settings() const { return settings_; }
  [[nodiscard]] Duration delay() const { return std::chrono::milliseconds(settings_.delay_ms); }
  [[nodiscard]] std::string to_json() const;

  /// True with a chance of `per_million` in a million; rates of none and of all draw no number.
  [[nodiscard]] bool happens(std::int64_t per_million);
  [[nodiscard]] std::int64_t draw_polls_to_settle();
  /// The 4xx of a gateway.
  [[nodiscard]] int draw_gateway_status();
  /// Skips the numbers that a replayed record has drawn.
  void skip() { next(); }

 private:
  std::uint64_t next();
  void restart_stream();

  std::string provider_;
  FaultSettings settings_;
  std::uint64_t state_ = 0;
};

/// A hash of a seed and a name: FNV-1a, then the finalizer of SplitMix64.
[[nodiscard]] std::uint64_t mix_seed(std::uint64_t seed, std::string_view name);

}  // namespace remit::sandbox
