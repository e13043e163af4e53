// What the simulated database holds: the rows of the product's tables as they were committed.
//
// For looking at from outside; only the database writes. References and pointers are good until
// simulated time goes on. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/base/uuid.hpp"
#include "remit/engine/saga.hpp"
#include "remit/idempotency/idempotent_execution.hpp"
#include "remit/ledger/posting.hpp"
#include "remit/payments/payment.hpp"
#include "remit/quotes/quote.hpp"
#include "remit/routing/health_operations.hpp"
#include "remit/wallets/wallet.hpp"

namespace remit::simulation {

struct SagaRow {
  engine::Saga saga;               ///< with its legs, also when it is marked as unreadable
  std::optional<Duration> due_at;  ///< on the database's clock; empty: nothing left to do by itself
  std::optional<Uuid> lease_owner;
  std::string provider;                   ///< where the current leg is; empty: to be chosen
  std::optional<Timestamp> submitted_at;  ///< requestedAt of the current leg
};

struct TransitionRow {
  std::int64_t step = 0;
  int line = 0;
  std::string from;
  std::string to;
  std::string message;
  Timestamp at;
};

struct PostingRow {
  std::int64_t step = 0;
  int line = 0;
  ledger::Posting posting;
  Timestamp posted_at;
};

/// A fact and, once it has one, its number.
struct EventRow {
  std::int64_t sequence = 0;
  std::int64_t batch = 0;
  Uuid saga_id;
  std::int64_t step = 0;
  std::string type;
  std::shared_ptr<const wallets::Wallet> wallet{};  ///< of wallet.updated, as it is told
};

/// Who gives the facts their numbers.
struct TurnRow {
  Uuid owner;
  Duration ends_at{0};
};

using KeyRow = idempotency::Kept;

/// `report` is empty until the provider was asked for the first time.
struct HealthRow {
  std::optional<HealthReport> report;
  std::optional<Duration> next_check_at;  ///< empty: at once
  std::optional<Uuid> checker;
};

class Tables {
 public:
  using Key = std::pair<TenantId, Uuid>;
  template <class... Parts>
  using Visitor = std::function<void(Parts...)>;

  Tables();
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;
  ~Tables();

  // Null or empty when there is no such row.
  [[nodiscard]] const SagaRow* saga(TenantId tenant, Uuid id) const;
  /// In the order of their steps.
  [[nodiscard]] std::span<const TransitionRow> transitions(TenantId tenant, Uuid id) const;
  /// Of one saga or purge, in the order of their steps and lines.
  [[nodiscard]] std::span<const PostingRow> postings(TenantId tenant, Uuid transaction_id) const;
  [[nodiscard]] const KeyRow* key(TenantId tenant, std::string_view key) const;
  [[nodiscard]] const quotes::Quote* quote(TenantId tenant, Uuid id) const;
  [[nodiscard]] const payments::ConversionDetails* conversion(TenantId tenant, Uuid id) const;
  /// What a reader gets who has seen those up to a number.
  [[nodiscard]] std::vector<EventRow> events_after(TenantId tenant, std::int64_t sequence) const;
  /// How many facts are committed and have no number.
  [[nodiscard]] std::size_t unnumbered_count() const;
  [[nodiscard]] const HealthRow* health(ProviderKind kind, std::string_view name) const;

  // Every row, in the order of its key.
  void each_saga(const Visitor<const SagaRow&>& visit) const;
  void each_movement(const Visitor<const Key&, std::span<const PostingRow>>& visit) const;
  void each_key(const Visitor<TenantId, const std::string&, const KeyRow&>& visit) const;
  void each_quote(const Visitor<TenantId, const quotes::Quote&>& visit) const;
  void each_conversion(const Visitor<const Key&, const payments::ConversionDetails&>& visit) const;

  [[nodiscard]] std::size_t saga_count() const;

  /// Of the database alone.
  struct Storage;
  [[nodiscard]] Storage& storage() { return *storage_; }
  [[nodiscard]] const Storage& storage() const { return *storage_; }

 private:
  std::unique_ptr<Storage> storage_;
};

}  // namespace remit::simulation
