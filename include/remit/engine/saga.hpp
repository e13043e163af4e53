// A saga: one money movement as a list of legs, each made by one provider operation, and the plan
// that names its statuses. Values only; the decisions are in saga_machine.hpp.
//
// Any thread. A `SagaPlan` is a constant with static storage, one per kind, owned by its feature.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/interface.hpp"
#include "remit/base/money.hpp"
#include "remit/base/provider_kind.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/engine/leg.hpp"
#include "remit/ledger/posting.hpp"
#include "remit/providers/leg_provider.hpp"

namespace remit::engine {

inline constexpr std::string_view kPending = "PENDING";
inline constexpr std::string_view kCompleted = "COMPLETED";
inline constexpr std::string_view kFailed = "FAILED";
inline constexpr std::string_view kCancelled = "CANCELLED";
inline constexpr std::string_view kCompensating = "COMPENSATING";
/// The error_code of what failed and was given back.
inline constexpr std::string_view kCompensated = "COMPENSATED";

[[nodiscard]] inline bool is_final(std::string_view status) {
  return status == kCompleted || status == kFailed || status == kCancelled;
}

/// Who makes a leg.
enum class MadeBy : std::uint8_t {
  chosen,     ///< a provider of its kind, chosen when the leg begins
  same,       ///< (compensations) the provider of the leg that is given back
  ourselves,  ///< no provider: it settles when it is saved
};

struct CompensationPlan;

struct LegPlan {
  providers::OperationKind operation;
  ProviderKind provider_kind;  ///< of its maker; made by ourselves: not used
  MadeBy made_by = MadeBy::chosen;
  std::string_view name;                ///< "onramp", as the contract shows it
  std::string_view submitted_status{};  ///< from just before the first byte is sent
  std::string_view settled_status{};    ///< the last leg's may be kCompleted itself
  std::string_view submitted_message{};
  std::string_view settled_message{};
  std::string_view failure_code{};  ///< the saga's error_code when this leg fails for good
  const CompensationPlan* compensation = nullptr;  ///< how it is given back; null: it cannot be
  bool priced_at_choice = false;  ///< the provider's fee is known only when it is chosen
};

/// What gives a settled leg back when a later one fails: a leg of its own, which moves the target
/// back to the source. While it is made the saga is kCompensating, whatever the leg's statuses are.
struct CompensationPlan {
  enum class Begins : std::uint8_t { by_itself, on_request };
  /// `submitted_message` is "refunding", `settled_message` "Refunded by", before the transaction.
  LegPlan leg;
  Begins begins = Begins::by_itself;
};

struct Leg;
struct Saga;

/// What a kind agrees on beyond the amount, in a type of its feature. Stored with the saga, never
/// changed.
class Terms : public Interface {
 public:
  /// A JSON object, from which `SagaPlan::read_terms` makes the same again.
  [[nodiscard]] virtual std::string document() const = 0;
  /// That it takes in memory, nearly.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
};

/// What is told of the sagas of a kind (remit/outbox/fact.hpp).
struct FactPlan {
  std::string_view resource;  ///< "/payments/", before the id
  std::string_view accepted;  ///< the type of the first
  /// The types of what a transition to that status makes; none: nothing is told of it.
  std::vector<std::string_view> (*types)(const Saga& saga, std::string_view status);
  /// The resource as GET shows it with that status, as a JSON object.
  std::string (*shown)(const Saga& saga, std::string_view status);
  /// The same of one that is accepted, whatever its first step made of it; without created_at and
  /// updated_at.
  std::string (*shown_first)(const Saga& saga);
};

struct SagaPlan {
  std::string_view kind;
  std::span<const LegPlan> legs;
  /// What is posted when leg `index` settles.
  std::vector<ledger::Posting> (*postings)(const Saga& saga, std::size_t index);
  /// The legs of a saga of which nothing is stored yet but its amount.
  std::vector<Leg> (*initial_legs)(const Saga& saga);
  /// Whether a leg that is repeated after a failure needs a new operation id, because the provider
  /// may keep the failed one under the old.
  bool new_operation_on_retry = true;
  /// Whether completed ones are added up by provider and time: see total_operations.hpp.
  bool totalled = false;
  /// Whether nothing is written of the history of a saga whose first leg settles where and as it
  /// was sent, nor of what completed ones post: it follows from the row, and views show it.
  bool history_follows = false;
  bool postings_follow = false;
  /// Of the step to kCompleted, where the last leg's settled_status is another.
  std::string_view completed_message{};
  /// Throws std::runtime_error when it cannot. Null: the kind has no terms.
  std::shared_ptr<const Terms> (*read_terms)(std::string_view document,
                                             Currency currency) = nullptr;
  const FactPlan* facts = nullptr;  ///< null: nothing is told of them
};

struct Saga {
  explicit Saga(TenantId owner) : tenant(owner) {}

  TenantId tenant;
  Bucket bucket{0};
  Uuid id;
  const SagaPlan* plan = nullptr;
  std::string status{kPending};
  std::int64_t version = 0;
  Money amount;
  std::shared_ptr<const Terms> terms;  ///< null where the kind has none
  std::vector<Leg> legs;               ///< the plan's, in order, then compensations
  bool is_traced = true;  ///< its history is written down; else it follows from the row
  std::string error_code;
  std::string error_message;
  std::string parked_reason;  ///< why a person should look at it; empty: no need
  /// Why this version of the program cannot read its legs, terms or currency, which a newer one
  /// wrote or which are damaged. Then it has no legs, and must not be saved. Empty: it is whole.
  std::string unreadable;
  std::string request_id;  ///< as the client named it; sent on to providers
  std::string traceparent;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> processed_at;

  /// Terms count as equal where they are the same object.
  friend bool operator==(const Saga&, const Saga&) = default;
};

/// The first leg that is not settled, compensations included; null when there is none, or when one
/// failed for good and nothing gives the others back.
[[nodiscard]] const Leg* current_leg(const Saga& saga);
[[nodiscard]] std::size_t current_leg_index(const Saga& saga);
/// The current leg, or else the last: what columns show of a saga. Null: no legs.
[[nodiscard]] const Leg* shown_leg(const Saga& saga);
/// The plan of leg `index`; of a compensation, that of the leg that it gives back names it.
[[nodiscard]] const LegPlan& plan_of_leg(const Saga& saga, std::size_t index);

}  // namespace remit::engine
