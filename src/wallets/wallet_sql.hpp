// Reading and writing wallets inside a larger transaction. For files with SQL alone; called on lane
// threads.
//
// The order of locks is: entries of wallet_due (transfer_sql.hpp), never waited for; then wallets,
// by their number; then the rest. So two transactions never wait for each other in a circle.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "remit/storage/transaction.hpp"
#include "remit/wallets/wallet_book.hpp"

namespace remit::wallets {

/// With whose it is.
struct WalletRow {
  TenantId tenant;
  Wallet wallet;
  std::optional<Wallet> before = std::nullopt;  ///< of one that has changed; empty: it is new
};

/// Which wallets a transaction is about: those of users, and those whose numbers are known.
struct WantedWallets {
  std::vector<std::pair<TenantId, std::string>> users;
  std::vector<std::pair<TenantId, WalletId>> ids;
};

/// The wallets of one bucket, locked until the end of the transaction: a book for each tenant.
class LockedWallets {
 public:
  LockedWallets(storage::Transaction& transaction, Bucket bucket, const WantedWallets& wanted);

  [[nodiscard]] WalletBook& book(TenantId tenant) { return books_[tenant]; }
  /// Null: there is none.
  [[nodiscard]] const Wallet* find(TenantId tenant, const std::string& user) const;
  /// Of the database, when they were locked: what becomes of a wallet happens in the order of
  /// these.
  [[nodiscard]] Timestamp now() const { return now_; }
  /// One that was made in this transaction.
  void add(TenantId tenant, const Wallet& wallet);

  /// Writes the postings of the books, and the wallets that changed. Answers those wallets.
  std::vector<WalletRow> write(storage::Transaction& transaction);

 private:
  Bucket bucket_;
  Timestamp now_;
  std::map<TenantId, WalletBook> books_;
  std::map<std::pair<TenantId, std::string>, WalletId> users_;
};

/// The wallet as it is stored, with its number; empty: the user has one already.
[[nodiscard]] std::optional<Wallet> insert_wallet(storage::Transaction& transaction, Bucket bucket,
                                                  const WalletRow& row);

/// What wallet_reader reads, "tenant_id, wallet_id, …"; of a table under that prefix.
[[nodiscard]] std::string wallet_columns(std::string_view prefix = "");
[[nodiscard]] std::vector<WalletRow> read_wallets(const pqxx::result& rows);

}  // namespace remit::wallets
