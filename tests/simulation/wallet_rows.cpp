#include "simulation/wallet_rows.hpp"

#include <algorithm>
#include <cctype>

#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

using wallets::DueEntry;
using wallets::Transfer;
using wallets::TransferKey;
using wallets::TransferRow;
using wallets::Wallet;
using wallets::WalletId;

WalletTables& tables_of(const Transaction& transaction) { return transaction.storage().wallets; }

/// What transfers and wallets make known.
void tell(Transaction& transaction, const std::vector<TransferRow>& transfers,
          const std::vector<std::pair<TenantId, Wallet>>& changed) {
  std::map<TenantId, std::vector<EventRow>> facts;
  for (const auto& [tenant, transfer] : transfers) {
    std::string type = "transaction.";
    for (const char letter : transfer.status) {
      type += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    facts[tenant].push_back({.saga_id = transfer.id, .type = std::move(type)});
  }
  for (const auto& [tenant, wallet] : changed) {
    facts[tenant].push_back({.saga_id = {},
                             .type = "wallet.updated",
                             .wallet = std::make_shared<const Wallet>(wallet)});
  }
  for (auto& [tenant, rows] : facts) transaction.add_fact_rows(tenant, std::move(rows));
}

}  // namespace

void LockedWallets::add(TenantId tenant, const Wallet& wallet) {
  books[tenant].add(wallet);
  if (!wallet.deleted_at) users[{tenant, wallet.user_id}] = wallet.id;
}

const Wallet* LockedWallets::find(TenantId tenant, const std::string& user) const {
  const auto found = users.find({tenant, user});
  return found == users.end() ? nullptr : books.at(tenant).find(found->second);
}

Work lock_wallets(Transaction* transaction, const WantedWallets* wanted, LockedWallets* locked) {
  co_await transaction->statement();
  WalletTables& tables = tables_of(*transaction);
  locked->now = transaction->wall_clock();
  std::vector<WalletTables::WalletKey> keys;
  for (const auto& [tenant, id] : wanted->ids) keys.emplace_back(id, tenant);
  for (const auto& key : wanted->users) {
    const auto user = tables.users.find(key);
    if (user == tables.users.end()) continue;
    const auto& id = user->second.seen_by(*transaction);
    if (id) keys.emplace_back(*id, key.first);
  }
  std::ranges::sort(keys);
  for (const auto& key : keys) {
    co_await transaction->statement();  // others come in between
    auto& entry = tables.wallets[key];
    while (!transaction->has(entry, Wish::row) && !entry.is_free()) {
      co_await transaction->wait_for(&entry, Wish::row);
    }
  }
  for (const auto& key : keys) {
    const auto& wallet = tables.wallets[key].seen_by(*transaction);
    if (wallet) locked->add(key.second, *wallet);
  }
}

void set_wallet(Transaction& transaction, TenantId tenant, const Wallet& wallet) {
  // The CHECKs of the table. Its trigger is not here: what it would refuse shall be seen.
  if (wallet.balance < 0 || wallet.reserved < 0) throw bad_data();
  WalletTables& tables = tables_of(transaction);
  tables.wallets[{wallet.id, tenant}].set(std::make_shared<const Wallet>(wallet));
  transaction.on_commit([&tables] { ++tables.commits; });
}

void tell_wallet(Transaction& transaction, TenantId tenant, const Wallet& wallet) {
  tell(transaction, {}, {{tenant, wallet}});
}

Work write_wallets(Transaction* transaction, LockedWallets* locked, std::vector<TransferRow> told) {
  co_await transaction->statement();
  WalletTables& tables = tables_of(*transaction);
  std::vector<std::pair<TenantId, Wallet>> changed;
  for (const auto& [tenant, book] : locked->books) {
    for (const wallets::Posting& posting : book.postings()) {
      PostedRow row{.number = ++tables.last_posting, .tenant = tenant, .posting = posting};
      transaction->on_commit([&tables, row] { tables.postings.push_back(row); });
    }
    for (Wallet& wallet : book.changed()) {
      wallet.updated_at = locked->now;
      set_wallet(*transaction, tenant, wallet);
      changed.emplace_back(tenant, std::move(wallet));
    }
  }
  tell(*transaction, told, changed);
}

std::optional<Transfer> find_transfer(const Transaction& transaction, const TransferKey& key) {
  const WalletTables& tables = tables_of(transaction);
  const auto found = tables.transfers.find(key);
  if (found == tables.transfers.end()) return std::nullopt;
  const auto& row = found->second.seen_by(transaction);
  return row ? std::optional(*row) : std::nullopt;
}

Work insert_transfers(Transaction* transaction, const std::vector<TransferRow>* rows,
                      std::set<TransferKey>* inserted) {
  co_await transaction->statement();
  WalletTables& tables = tables_of(*transaction);
  std::map<TransferKey, const Transfer*> sorted;
  for (const TransferRow& row : *rows) {
    sorted.try_emplace({row.tenant, row.transfer.id}, &row.transfer);
  }
  for (const auto& [key, transfer] : sorted) {
    auto& entry = tables.transfers[key];
    while (!transaction->has(entry, Wish::key) && !entry.is_free()) {
      co_await transaction->wait_for(&entry, Wish::key);
    }
    if (entry.seen_by(*transaction) || !entry.is_held_by(*transaction)) continue;
    entry.set(std::make_shared<const Transfer>(*transfer));
    inserted->insert(key);
  }
}

Work end_transfers(Transaction* transaction, const std::vector<TransferRow>* rows) {
  co_await transaction->statement();
  WalletTables& tables = tables_of(*transaction);
  for (const TransferRow& row : *rows) {
    auto& entry = tables.transfers[{row.tenant, row.transfer.id}];
    while (!transaction->has(entry, Wish::row) && !entry.is_free()) {
      co_await transaction->wait_for(&entry, Wish::row);
    }
    const auto& stored = entry.seen_by(*transaction);
    if (!stored) throw bad_data();
    auto ended = std::make_shared<Transfer>(*stored);
    ended->status = row.transfer.status;
    ended->moved = row.transfer.moved;
    ended->reason = row.transfer.reason;
    ended->updated_at = transaction->wall_clock();
    entry.set(std::move(ended));
  }
  transaction->on_commit([&tables] { ++tables.commits; });
}

void insert_due(Transaction& transaction, Bucket bucket, const DueEntry& entry) {
  auto& row = tables_of(transaction).due[key_of(bucket, entry)];
  const bool is_taken_by_itself = row.is_held_by(transaction);
  if (!is_taken_by_itself && !transaction.has(row, Wish::key)) throw bad_data();
  row.set(std::make_shared<const DueEntry>(entry));
}

bool take_entry(Transaction& transaction, Bucket bucket, const DueEntry& entry) {
  WalletTables& tables = tables_of(transaction);
  const auto found = tables.due.find(key_of(bucket, entry));
  if (found == tables.due.end() || !transaction.has(found->second, Wish::row)) return false;
  if (!found->second.seen_by(transaction)) return false;
  found->second.set(nullptr);
  return true;
}

std::vector<DueEntry> take_due(Transaction& transaction, Bucket bucket, std::int64_t limit) {
  WalletTables& tables = tables_of(transaction);
  std::vector<DueEntry> taken;
  for (auto& [key, entry] : tables.due) {
    if (std::ssize(taken) == limit) break;
    const auto& row = entry.committed();
    if (!row || std::get<Bucket>(key) != bucket || row->due_at > transaction.wall_clock()) continue;
    const DueEntry due = *row;
    if (take_entry(transaction, bucket, due)) taken.push_back(due);
  }
  return taken;
}

}  // namespace remit::simulation
