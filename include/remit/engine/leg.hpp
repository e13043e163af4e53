// A leg of a saga: one provider operation, how far it is, and what is known of its submissions.
//
// Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/routing/provider_choice.hpp"

namespace remit::engine {

enum class LegState : std::uint8_t {
  planned,     ///< no provider yet
  submitting,  ///< provider stored; the request may have been sent
  asking,      ///< the outcome is unknown; the provider is being asked
  polling,     ///< accepted; settling
  settled,
  failed,
};

[[nodiscard]] std::string_view to_string(LegState state);

/// One submission to a provider and what became of it.
struct Attempt {
  std::string provider;
  Uuid operation_id;
  std::string outcome;
  Timestamp started_at;
  Duration latency{0};
  std::string error;    ///< of the submission itself, whatever came of it later
  std::string asked{};  ///< what came of the last question about it, while that settles nothing
  bool turned_down = false;  ///< by an answer that may not be its provider's word

  friend bool operator==(const Attempt&, const Attempt&) = default;
};

/// One choice of a provider and its reasons.
struct Decision {
  Timestamp at;
  std::optional<std::string> provider;
  std::vector<routing::Reason> reasons;

  friend bool operator==(const Decision&, const Decision&) = default;
};

struct Leg {
  providers::OperationKind operation = providers::OperationKind::charge;
  LegState state = LegState::planned;
  Uuid operation_id;
  Money source;
  Money target;
  std::string account;
  Money fee;  ///< what the provider takes
  std::string provider;
  std::string reference;
  std::optional<std::size_t> compensates{};  ///< the leg that this one gives back
  std::string tx_id;
  /// As it is sent; once settled, as the provider has it on record; the epoch: never submitted.
  Timestamp requested_at;
  /// Until then an unanswered submission may still take effect at `provider`; the epoch: none is.
  Timestamp open_until;
  /// How long a submission to `provider` may take effect, as far as its submitter knows: an
  /// instance that takes the leg over may have seen less, or may have another timeout configured.
  Duration late_effect_window{0};
  std::int64_t polls = 0;
  /// In a row, for passing reasons or in words that do not count: back off, then show it.
  std::int64_t refusals = 0;
  std::int64_t waits = 0;               ///< in a row, for want of a provider: back off alone
  std::vector<std::string> refused_by;  ///< providers that refused it for good
  std::string avoid;                    ///< provider that failed it last
  std::vector<Attempt> attempts;        ///< the newest kMaxKept
  std::vector<Decision> decisions;      ///< the newest kMaxKept

  friend bool operator==(const Leg&, const Leg&) = default;
};

/// Attempts and decisions kept per leg: enough to explain, bounded for one that is tried for days.
inline constexpr std::size_t kMaxKept = 16;

}  // namespace remit::engine
