// The choice among providers as a pure function: what is known of each in, one name and the reasons
// out.
//
// A provider may be chosen when it has not refused the operation, its circuit lets a call through,
// its last health report does not say failing, and it has room. Among those the cheapest for the
// amount wins, then `default` before `fallback`, then the order given. Any thread; nothing fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/time.hpp"
#include "remit/config/config.hpp"

namespace remit::routing {

/// One provider's place in a decision: `verdict` is "chosen" or why it was passed over
/// ("circuit_open", "reported_failing", "at_capacity", "excluded", "dearer").
struct Reason {
  std::string provider;
  std::string verdict;
  std::optional<std::int64_t> cost_minor;
};

struct Choice {
  std::optional<std::string> provider;
  /// The chosen one first, then what it was dearer or equal to, then the ones passed over.
  std::vector<Reason> reasons;
  /// When none was chosen: how soon it is worth asking again.
  Duration retry_after{0};
};

/// What is known of one provider at the moment of the decision.
struct Candidate {
  std::string name;
  config::ProviderRole role = config::ProviderRole::default_;
  FeeSchedule fee;
  bool circuit_allows = true;
  Duration time_to_half_open{0};
  bool reported_failing = false;
  bool has_room = true;
  Duration timeout{0};
  /// How long an unanswered call may take, as far as is known: ProviderBook::longest_latency.
  Duration longest_latency{0};
};

/// How soon to ask again when nothing says when a provider will be back.
inline constexpr Duration kRetryDelay = std::chrono::milliseconds(200);

[[nodiscard]] Choice choose_provider(const std::vector<Candidate>& candidates, Money amount,
                                     const std::vector<std::string>& excluded);

}  // namespace remit::routing
