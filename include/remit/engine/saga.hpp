// A saga: one money movement as a list of legs, each made by one provider operation, and the plan
// that names its statuses. Values only; the decisions are in saga_machine.hpp.
//
// Any thread. A `SagaPlan` is a constant with static storage, one per kind, owned by its feature.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/config/config.hpp"
#include "remit/ledger/posting.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::engine {

inline constexpr std::string_view kPending = "PENDING";
inline constexpr std::string_view kCompleted = "COMPLETED";
inline constexpr std::string_view kFailed = "FAILED";
inline constexpr std::string_view kCancelled = "CANCELLED";
inline constexpr std::string_view kCompensating = "COMPENSATING";

[[nodiscard]] inline bool is_final(std::string_view status) {
  return status == kCompleted || status == kFailed || status == kCancelled;
}

struct LegPlan {
  providers::OperationKind operation;
  config::ProviderKind provider_kind;
  std::string_view name;              ///< "onramp", as the contract shows it
  std::string_view submitted_status;  ///< from just before the first byte is sent
  std::string_view settled_status;    ///< kCompleted on the last leg
  std::string_view submitted_message;
  std::string_view settled_message;
  std::string_view failure_code;  ///< the saga's error_code when this leg fails for good
  bool refundable = false;        ///< can be given back when a later leg fails
  bool priced_at_choice = false;  ///< the provider's fee is known only when it is chosen
};

struct Leg;
struct Saga;

struct SagaPlan {
  std::string_view kind;
  std::span<const LegPlan> legs;
  /// What is posted when leg `index` settles.
  std::vector<ledger::Posting> (*postings)(const Saga& saga, std::size_t index);
  /// The legs of a saga of which nothing is stored yet but its amount.
  std::vector<Leg> (*initial_legs)(const Saga& saga);
  /// Whether a leg made anew after a failure needs a new operation id, because the provider may
  /// keep the failed one under the old.
  bool new_operation_on_retry = true;
  /// Whether completed ones are added up by provider and time: see total_store.hpp.
  bool totalled = false;
};

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
};

/// One choice of a provider and its reasons.
struct Decision {
  Timestamp at;
  std::optional<std::string> provider;
  std::vector<routing::Reason> reasons;
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
  std::string refund_of;
  std::string tx_id;
  /// As it is sent; once settled, as the provider has it on record; the epoch: never submitted.
  Timestamp requested_at;
  /// Until then an unanswered submission may still take effect at `provider`; the epoch: none is.
  Timestamp open_until;
  /// How long a submission to `provider` may take effect, as far as whoever submits it knows:
  /// whoever takes the leg over may have seen less, or have another timeout in its configuration.
  Duration patience{0};
  std::int64_t polls = 0;
  /// In a row, for passing reasons or in words that do not count: back off, then show it.
  std::int64_t refusals = 0;
  std::int64_t waits = 0;               ///< in a row, for want of a provider: back off alone
  std::vector<std::string> refused_by;  ///< providers that refused it for good
  std::string avoid;                    ///< provider that failed it last
  std::vector<Attempt> attempts;        ///< the newest kMaxKept
  std::vector<Decision> decisions;      ///< the newest kMaxKept
};

/// Attempts and decisions kept per leg: enough to explain, bounded for a leg that is tried for
/// days.
inline constexpr std::size_t kMaxKept = 16;

struct Saga {
  TenantId tenant = kDefaultTenant;
  Uuid id;
  const SagaPlan* plan = nullptr;
  std::string status{kPending};
  std::int64_t version = 0;
  Money amount;
  Money platform_fee;
  Money rounding;
  std::vector<Leg> legs;  ///< the plan's, in order, then refunds
  std::string error_code;
  std::string error_message;
  std::string parked_reason;  ///< why a person should look; empty: nobody needs to
  /// Why this version of the program cannot read its legs or its currency, which a newer one wrote
  /// or which are damaged. Then it has no legs, and must not be saved. Empty: it is whole.
  std::string unreadable;
  std::string request_id;  ///< as the client named it; sent on to providers
  std::string traceparent;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> processed_at;
};

/// The first leg that is not settled, refunds included; null when there is none or it failed for
/// good.
[[nodiscard]] const Leg* current_leg(const Saga& saga);
[[nodiscard]] std::size_t current_leg_index(const Saga& saga);
/// Which kind of provider makes leg `index`; a refund is made by the one that made what it refunds.
[[nodiscard]] config::ProviderKind provider_kind(const Saga& saga, std::size_t index);
/// The leg that refund `index` gives back.
[[nodiscard]] std::size_t refunded_leg_index(const Saga& saga, std::size_t index);
[[nodiscard]] inline bool is_refund(const Saga& saga, std::size_t index) {
  return index >= saga.plan->legs.size();
}

}  // namespace remit::engine
