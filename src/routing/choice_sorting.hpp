// Candidates sorted by what excludes them, for the files of the choice. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "remit/routing/provider_choice.hpp"

namespace remit::routing {

inline constexpr std::string_view kExcluded = "excluded";
inline constexpr std::string_view kTooSlow = "too_slow";

struct Priced {
  const Candidate* candidate = nullptr;
  std::optional<std::int64_t> cost;
  std::string_view obstacle;  ///< empty: nothing speaks against it

  /// Waiting for it is useless.
  [[nodiscard]] bool is_out() const { return obstacle == kExcluded || obstacle == kTooSlow; }
};

struct Sorted {
  std::vector<Priced> healthy;      ///< the best first
  std::vector<Priced> passed_over;  ///< in the order given
};

/// Points into `candidates`.
[[nodiscard]] Sorted sort(const std::vector<Candidate>& candidates, const ChoiceRequest& request);

}  // namespace remit::routing
