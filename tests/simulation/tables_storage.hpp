// The tables themselves, with their keys, locks and the orders in which they are read.
//
// Of the database and its transactions; rows change in `Entry::release` alone, when a transaction
// ends. One thread.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "remit/engine/saga_row.hpp"
#include "simulation/database_lock.hpp"
#include "simulation/tables.hpp"
#include "simulation/transaction.hpp"
#include "simulation/wallet_tables.hpp"

namespace remit::simulation {

template <class Row>
bool Entry<Row>::try_take(Transaction& transaction, Wish wish) {
  if (holder_ == &transaction) return true;
  if (holder_ != nullptr || is_vain(wish)) return false;
  holder_ = &transaction;
  pending_ = committed_;
  transaction.holds(*this);
  taken(transaction);
  return true;
}

template <class Row>
void Entry<Row>::release(Transaction& transaction, bool committed) {
  if (committed) committed_ = std::move(pending_);
  pending_.reset();
  holder_ = nullptr;
  settled();
  if (is_awaited()) hand_on(transaction.clock());
}

struct HashKey {
  std::size_t operator()(const Tables::Key& key) const noexcept {
    return std::hash<Uuid>{}(key.second) + std::hash<std::int32_t>{}(key.first.value());
  }
  std::size_t operator()(const std::pair<TenantId, std::string>& key) const noexcept {
    return std::hash<std::string>{}(key.second) + std::hash<std::int32_t>{}(key.first.value());
  }
};

class SagaEntry;

/// Sagas of one kind, tenant and bucket that are due some day and that nobody holds, in the order
/// in which they are claimed; those without a provider, and those with one.
using DueSagas = std::set<std::tuple<Duration, std::uint64_t, SagaEntry*>>;
using DueQueues = std::array<DueSagas, 2>;
using DuePlaces = std::map<std::pair<Bucket, TenantId>, DueQueues>;
/// The order of lists, newest first.
using SagasByAge =
    std::map<std::tuple<TenantId, Timestamp, Uuid>, const SagaEntry*, std::greater<>>;

class SagaEntry final : public Entry<SagaRow> {
 public:
  SagaEntry(Tables::Storage& storage, std::uint64_t number) : storage_(storage), number_(number) {}

  /// Tells those of the same instant apart.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  std::vector<TransitionRow> transitions;

 private:
  void taken(Transaction& transaction) override;
  void settled() override;

  Tables::Storage& storage_;
  std::uint64_t number_;
  DueQueues* queues_ = nullptr;
  DueSagas* listed_in_ = nullptr;
  Duration listed_at_{0};
  std::optional<std::tuple<TenantId, Timestamp, Uuid>> age_;
};

/// What one step made, with no number yet.
struct FactBatch {
  std::int64_t id = 0;
  TenantId tenant;
  std::vector<EventRow> facts;
};

/// Of a tenant.
struct Numbered {
  std::int64_t last = 0;
  std::multimap<std::int64_t, EventRow> rows;  ///< by number; hides none that is given twice
};

struct Tables::Storage {
  template <class Row>
  using Table = std::unordered_map<Key, Entry<Row>, HashKey>;

  TableLock saga_table;
  std::int64_t purge_epoch = engine::kFirstEpoch;
  std::unordered_map<Key, SagaEntry, HashKey> sagas;
  std::map<std::string_view, DuePlaces> due;
  /// Of those that were begun together: what is in each as long as it has that version.
  std::map<Uuid, std::vector<std::pair<Key, std::int64_t>>> leases;
  SagasByAge by_age;
  std::unordered_map<Key, std::vector<PostingRow>, HashKey> postings;
  std::unordered_map<idempotency::KeyName, Entry<KeyRow>, HashKey> keys;
  Table<quotes::Quote> quotes;
  Table<payments::ConversionDetails> conversions;
  std::map<std::pair<ProviderKind, std::string>, Entry<HealthRow>> health;
  /// In the order in which they were written, not in that of their commits.
  std::int64_t last_batch = 0;
  std::map<std::int64_t, FactBatch> unnumbered;
  std::set<std::int64_t> open_batches;  ///< of transactions that go on
  std::map<TenantId, Numbered> events;
  Entry<TurnRow> turn;
  WalletTables wallets;

  /// Made when there is none yet.
  SagaEntry& saga_entry(const Key& key) {
    return sagas.try_emplace(key, *this, sagas.size()).first->second;
  }
};

}  // namespace remit::simulation
