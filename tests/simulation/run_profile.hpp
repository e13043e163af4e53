// What a seed decides before anything happens: how the product is configured in this run, and which
// troubles it meets and how often. Values.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "remit/config/config.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/load/load.hpp"
#include "simulation/random.hpp"

namespace remit::simulation {

/// How much of each kind of trouble there is: 0 none … 10 all the time.
struct Troubles {
  std::int64_t database = 0;
  std::int64_t providers = 0;
  std::int64_t network = 0;
  std::int64_t crashes = 0;
  std::int64_t pauses = 0;
  std::int64_t clocks = 0;
  std::int64_t clients = 0;
  std::int64_t settlements = 0;
};

struct Profile {
  std::size_t instances = 2;
  Duration trouble{0};  ///< how long it lasts
  Troubles troubles;
  engine::Policy policy;
  Duration lease{0};
  Duration processor_timeout{0};
  Duration ramp_timeout{0};
  /// Whether a process that starts may find shorter ones in its configuration than the last had.
  bool timeouts_change = false;
  /// How often, per thousand, a submission is refused while an earlier one is still under way.
  std::int64_t repeats_refused = 0;
  std::int64_t concurrency = 0;
  std::size_t tenants = 2;
  std::int64_t of_first_tenant = 0;  ///< per thousand payments
  /// So many of the first tenant's come at once when the world has healed; zero: none.
  std::int64_t rush = 0;
  bool is_rush_of_charges = false;
  /// So many clients of each of two tenants use wallets; zero: there are none.
  std::int64_t wallet_clients = 0;
  std::int64_t settle_most = 20'000;  ///< transfers in one transaction
  bool one_writes_slowly = false;     ///< when the world has healed: another program
  std::int64_t resting_limit = 16 << 20;
  std::vector<config::ProviderConfig> providers;
  config::QuotesConfig quotes;
  /// Until then a processor takes no connections, from the first moment on; zero: it has its
  /// troubles like all others.
  Duration cheaper_away_until{0};
  Duration dearer_away_until{0};
  /// The levels of load that an instance sees by turns, each for so long.
  std::vector<load::Load> loads = {load::Load::idle};
  Duration load_lasts = std::chrono::seconds(1);
};

/// The processor that is cheaper for most amounts, and the one that takes no fixed part.
inline constexpr std::string_view kCheaper = "default";
inline constexpr std::string_view kDearer = "fallback";

/// Makes of what was drawn a world in which something rare is common.
using ShapeProfile = void(Profile& profile);

/// Nothing goes wrong, and nothing waits by choice; a shape goes on from there.
void calm(Profile& profile);
/// Wallets are used, and payments have no troubles of their own.
void with_wallets(Profile& profile);

/// `shape` may be null.
[[nodiscard]] Profile draw_profile(Random random, Duration trouble, ShapeProfile* shape);

}  // namespace remit::simulation
