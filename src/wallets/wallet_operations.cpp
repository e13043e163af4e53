#include "remit/wallets/wallet_operations.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "remit/storage/by_bucket.hpp"
#include "remit/storage/composed_statement.hpp"
#include "remit/storage/values.hpp"
#include "transfer_sql.hpp"
#include "wallet_facts_sql.hpp"
#include "wallet_sql.hpp"

namespace remit::wallets {
namespace {

using storage::ComposedStatement;
using storage::Transaction;

const ComposedStatement kFind("wallet_find", R"(
    SELECT {columns} FROM wallet
    WHERE bucket = $1 AND tenant_id = $2 AND user_id = $3 AND deleted_at IS NULL)",
                              {{"{columns}", wallet_columns()}});

const ComposedStatement kList("wallet_list", R"(
    SELECT {columns} FROM wallet
    WHERE bucket = $1 AND tenant_id = $2 AND deleted_at IS NULL
      AND wallet_id < coalesce($3::bigint, 9223372036854775807)
    ORDER BY wallet_id DESC LIMIT $4::bigint)",
                              {{"{columns}", wallet_columns()}});

const ComposedStatement kFreeze("wallet_freeze", R"(
    UPDATE wallet SET frozen_reason = $4, version = version + 1, updated_at = now()
    WHERE bucket = $1 AND tenant_id = $2 AND wallet_id = $3
    RETURNING {columns})",
                                {{"{columns}", wallet_columns()}});

constexpr storage::Statement kDelete{"wallet_delete", R"(
    UPDATE wallet SET deleted_at = now(), version = version + 1, updated_at = now()
    WHERE bucket = $1 AND tenant_id = $2 AND wallet_id = $3)"};

// Of both directions no more than a page.
const ComposedStatement kTransfers("wallet_transaction_list", R"(
    WITH page AS (
      (SELECT * FROM wallet_transaction
       WHERE bucket = $1 AND tenant_id = $2 AND from_wallet = $3
         AND (created_at, transaction_id) < (coalesce($4::timestamptz, 'infinity'),
               coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       ORDER BY created_at DESC, transaction_id DESC LIMIT $6::bigint)
      UNION ALL
      (SELECT * FROM wallet_transaction
       WHERE bucket = $1 AND tenant_id = $2 AND to_wallet = $3
         AND (created_at, transaction_id) < (coalesce($4::timestamptz, 'infinity'),
               coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       ORDER BY created_at DESC, transaction_id DESC LIMIT $6::bigint))
    SELECT {columns} FROM page t {joins}
    ORDER BY t.created_at DESC, t.transaction_id DESC LIMIT $6::bigint)",
                                   {{"{columns}", shown_transfer_columns()},
                                    {"{joins}", transfer_joins()}});

std::optional<Wallet> find(Transaction& transaction, const WalletKey& which) {
  std::vector<WalletRow> found = read_wallets(
      transaction.execute(kFind, which.tenant.home(), which.tenant.id(), which.user_id));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front().wallet));
}

/// The wallets of these slots, locked in the order in which all lock them.
template <class Slots, class KeyOf>
LockedWallets lock(Transaction& transaction, Bucket bucket, const Slots& slots,
                   const std::vector<std::size_t>& indices, KeyOf key_of) {
  WantedWallets wanted;
  for (const std::size_t index : indices) {
    const WalletKey& key = key_of(slots[index].input);
    wanted.users.emplace_back(key.tenant.id(), key.user_id);
  }
  return {transaction, bucket, wanted};
}

}  // namespace

void FindWallet::execute(Transaction& transaction, storage::Slots<FindWallet> slots) {
  for (auto& slot : slots) slot.output = find(transaction, slot.input);
}

void ListWallets::execute(Transaction& transaction, storage::Slots<ListWallets> slots) {
  for (auto& slot : slots) {
    const Input& input = slot.input;
    Output wallets;
    for (WalletRow& row : read_wallets(transaction.execute(
             kList, input.tenant.home(), input.tenant.id(), input.before, input.limit))) {
      wallets.push_back(std::move(row.wallet));
    }
    slot.output = std::move(wallets);
  }
}

void FreezeWallet::execute(Transaction& transaction, storage::Slots<FreezeWallet> slots) {
  const auto home = [](const auto& slot) { return slot.input.which.tenant.home(); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, home)) {
    const LockedWallets locked =
        lock(transaction, bucket, slots, indices,
             [](const Input& input) -> const WalletKey& { return input.which; });
    std::map<WalletId, WalletRow> changed;  // told once, as it is in the end
    for (const std::size_t index : indices) {
      const auto& [which, reason] = slots[index].input;
      const TenantId tenant = which.tenant.id();
      const Wallet* const wallet = locked.find(tenant, which.user_id);
      slots[index].output = std::nullopt;
      if (wallet == nullptr) continue;
      const auto text = reason.empty() ? std::nullopt : std::optional(reason);
      WalletRow row =
          read_wallets(transaction.execute(kFreeze, bucket, tenant, wallet->id, text)).front();
      row.before = *wallet;
      slots[index].output = row.wallet;
      changed.insert_or_assign(wallet->id, std::move(row));
    }
    std::vector<WalletRow> told;
    for (auto& [id, row] : changed) told.push_back(std::move(row));
    write_facts(transaction, bucket, locked.now(), {}, told);
  }
}

void DeleteWallet::execute(Transaction& transaction, storage::Slots<DeleteWallet> slots) {
  const auto home = [](const auto& slot) { return slot.input.tenant.home(); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, home)) {
    const LockedWallets locked = lock(transaction, bucket, slots, indices,
                                      [](const Input& input) -> const WalletKey& { return input; });
    std::vector<WalletRow> deleted;
    std::set<WalletId> gone;
    for (const std::size_t index : indices) {
      const WalletKey& which = slots[index].input;
      const Wallet* const wallet = locked.find(which.tenant.id(), which.user_id);
      slots[index].output = wallet != nullptr && !gone.contains(wallet->id);
      if (wallet == nullptr || gone.contains(wallet->id)) continue;
      if (wallet->total() > 0) {
        slots[index].output = fail(
            kWalletNotEmpty,
            "it has " + to_string(Money{wallet->balance, wallet->currency}) + " to spend, and " +
                to_string(Money{wallet->reserved, wallet->currency}) + " reserved");
        continue;
      }
      transaction.execute(kDelete, bucket, which.tenant.id(), wallet->id);
      gone.insert(wallet->id);
      deleted.push_back({.tenant = which.tenant.id(), .wallet = *wallet, .before = *wallet});
      deleted.back().wallet.deleted_at = locked.now();
      ++deleted.back().wallet.version;
    }
    write_facts(transaction, bucket, locked.now(), {}, deleted);
  }
}

void FindTransfer::execute(Transaction& transaction, storage::Slots<FindTransfer> slots) {
  const auto home = [](const auto& slot) { return slot.input.tenant.home(); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, home)) {
    std::vector<TransferKey> keys;
    for (const std::size_t index : indices) {
      keys.emplace_back(slots[index].input.tenant.id(), slots[index].input.id);
    }
    const std::vector<TransferRow> found = find_transfers(transaction, bucket, keys);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const auto its = std::ranges::find_if(found, [&](const TransferRow& row) {
        return TransferKey(row.tenant, row.transfer.id) == keys[i];
      });
      slots[indices[i]].output = its == found.end() ? std::nullopt : std::optional(its->transfer);
    }
  }
}

void ListTransfers::execute(Transaction& transaction, storage::Slots<ListTransfers> slots) {
  for (auto& slot : slots) {
    const auto& [whose, limit, before] = slot.input;
    const std::optional<Wallet> wallet = find(transaction, whose);
    slot.output = std::nullopt;
    if (!wallet) continue;
    std::optional<Timestamp> before_time;
    std::optional<Uuid> before_id;
    if (before) std::tie(before_time, before_id) = *before;
    std::vector<Transfer> transfers;
    for (TransferRow& row :
         read_transfers(transaction.execute(kTransfers, whose.tenant.home(), whose.tenant.id(),
                                            wallet->id, before_time, before_id, limit))) {
      transfers.push_back(std::move(row.transfer));
    }
    slot.output = std::move(transfers);
  }
}

}  // namespace remit::wallets
