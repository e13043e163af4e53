// src/wallets/wallet_sql.cpp and transfer_sql.cpp again: rows of wallets inside a larger
// transaction. One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "simulation/database_work.hpp"
#include "simulation/transaction.hpp"
#include "simulation/wallet_tables.hpp"

namespace remit::simulation {

/// In any order, and as often as they are named.
struct WantedWallets {
  std::vector<std::pair<TenantId, std::string>> users;
  std::vector<std::pair<TenantId, wallets::WalletId>> ids;
};

/// The wallets of one bucket, locked until the end of the transaction.
struct LockedWallets {
  std::map<TenantId, wallets::WalletBook> books;
  std::map<std::pair<TenantId, std::string>, wallets::WalletId> users;
  Timestamp now;

  void add(TenantId tenant, const wallets::Wallet& wallet);
  /// Null: there is none.
  [[nodiscard]] const wallets::Wallet* find(TenantId tenant, const std::string& user) const;
};

[[nodiscard]] Work lock_wallets(Transaction* transaction, const WantedWallets* wanted,
                                LockedWallets* locked);
/// Writes the postings and the wallets that changed, and tells of them.
[[nodiscard]] Work write_wallets(Transaction* transaction, LockedWallets* locked,
                                 std::vector<wallets::TransferRow> told);
/// One that changed otherwise.
void set_wallet(Transaction& transaction, TenantId tenant, const wallets::Wallet& wallet);
void tell_wallet(Transaction& transaction, TenantId tenant, const wallets::Wallet& wallet);

[[nodiscard]] std::optional<wallets::Transfer> find_transfer(const Transaction& transaction,
                                                             const wallets::TransferKey& key);
/// Those that were not there; where the id is taken, nothing is written.
[[nodiscard]] Work insert_transfers(Transaction* transaction,
                                    const std::vector<wallets::TransferRow>* rows,
                                    std::set<wallets::TransferKey>* inserted);
[[nodiscard]] Work end_transfers(Transaction* transaction,
                                 const std::vector<wallets::TransferRow>* rows);

void insert_due(Transaction& transaction, Bucket bucket, const wallets::DueEntry& entry);
/// Removes it, but for one that another transaction has.
[[nodiscard]] bool take_entry(Transaction& transaction, Bucket bucket,
                              const wallets::DueEntry& entry);
[[nodiscard]] std::vector<wallets::DueEntry> take_due(Transaction& transaction, Bucket bucket,
                                                      std::int64_t limit);

}  // namespace remit::simulation
