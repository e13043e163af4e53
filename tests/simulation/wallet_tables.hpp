// The tables of wallets, with their keys and locks. See tables_storage.hpp.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "simulation/database_lock.hpp"
#include "transfer_rules.hpp"

namespace remit::simulation {

struct PostedRow {
  std::int64_t number = 0;
  TenantId tenant;
  wallets::Posting posting;
};

struct WalletTables {
  using WalletKey = std::pair<wallets::WalletId, TenantId>;
  using UserKey = std::pair<TenantId, std::string>;
  using DueKey = std::tuple<Bucket, Timestamp, TenantId, Uuid>;

  std::map<WalletKey, Entry<wallets::Wallet>> wallets;  ///< in the order of their locks
  std::map<UserKey, Entry<wallets::WalletId>> users;    ///< of those that are not deleted
  std::map<wallets::TransferKey, Entry<wallets::Transfer>> transfers;
  std::map<DueKey, Entry<wallets::DueEntry>> due;
  std::vector<PostedRow> postings;  ///< in the order of their commits

  wallets::WalletId last_wallet = 0;
  std::int64_t last_posting = 0;
  std::int64_t commits = 0;  ///< of transactions that changed something here
  std::int64_t circles = 0;  ///< of transactions that waited for each other, about anything
};

[[nodiscard]] inline WalletTables::DueKey key_of(Bucket bucket, const wallets::DueEntry& entry) {
  return {bucket, entry.due_at, entry.tenant, entry.transaction_id};
}

}  // namespace remit::simulation
