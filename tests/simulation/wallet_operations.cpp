// src/wallets/movement_operations.cpp, settle_operations.cpp and wallet_operations.cpp again.

#include <algorithm>
#include <stdexcept>

#include "remit/storage/by_bucket.hpp"
#include "remit/wallets/movement_operations.hpp"
#include "remit/wallets/settle_operations.hpp"
#include "remit/wallets/wallet_operations.hpp"
#include "simulation/key_operations.hpp"
#include "simulation/operations.hpp"
#include "simulation/tables_storage.hpp"
#include "simulation/wallet_batch.hpp"

namespace remit::simulation {
namespace {

using wallets::DueEntry;
using wallets::MovementRequest;
using wallets::Transfer;
using wallets::TransferKey;
using wallets::TransferRow;
using wallets::Wallet;
using Requests = std::vector<const MovementRequest*>;
using DueIn = std::vector<std::optional<Duration>>;

template <class Slots, class HomeOf>
storage::ByBucket by_home(const Slots& slots, HomeOf home_of) {
  storage::ByBucket grouped;
  for (std::size_t i = 0; i < slots.size(); ++i) grouped[home_of(slots[i].input)].push_back(i);
  return grouped;
}

/// What the book takes for a defect ends an operation in the product, and not the program.
[[nodiscard]] Failure defect(const std::logic_error&) { return bad_data(); }

Work carry_out(Transaction* transaction, const Requests* requests, DueIn* due,
               std::vector<std::size_t> indices, std::vector<idempotency::Execution>* executions) {
  storage::ByBucket grouped;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    grouped[(*requests)[indices[i]]->claim.tenant.home()].push_back(i);
  }
  for (const auto& [bucket, own] : grouped) {
    Requests these;
    for (const std::size_t i : own) these.push_back((*requests)[indices[i]]);
    WalletBatch batch(*transaction, bucket, std::move(these));
    std::vector<WalletBatch::Outcome> outcomes;
    co_await batch.run(&outcomes);
    for (std::size_t i = 0; i < own.size(); ++i) {
      (*executions)[own[i]] = std::move(outcomes[i].execution);
      (*due)[indices[own[i]]] = outcomes[i].due_in;
    }
  }
}

Work carry_out_movements(Transaction* transaction, Slots<wallets::CarryOutMovement> slots) {
  Requests requests;
  std::vector<idempotency::Claim> claims;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    requests.push_back(&slots[i].input);
    claims.push_back(slots[i].input.claim);
  }
  DueIn due(slots.size());
  const Execute execute = [transaction, &requests, &due](
                              std::vector<std::size_t> indices,
                              std::vector<idempotency::Execution>* executions) {
    return carry_out(transaction, &requests, &due, std::move(indices), executions);
  };
  std::vector<Result<idempotency::Answer>> answers;
  try {
    co_await execute_once(transaction, &claims, &execute, &answers);
  } catch (const std::logic_error& error) {
    throw defect(error);
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (answers[i]) {
      slots[i].output =
          wallets::MovementOutcome{.answer = *std::move(answers[i]), .due_in = due[i]};
    } else {
      slots[i].output = fail(std::move(answers[i].error()));
    }
  }
}

Work cancel(Transaction* transaction, Bucket bucket, Slots<wallets::CancelTransaction> slots,
            std::vector<std::size_t> indices) {
  co_await transaction->statement();
  std::map<TransferKey, Transfer> found;
  for (const std::size_t index : indices) {
    const auto& input = slots[index].input;
    const TransferKey key{input.tenant, input.transaction_id};
    if (const auto transfer = find_transfer(*transaction, key)) found.emplace(key, *transfer);
  }
  co_await transaction->statement();
  std::set<TransferKey> taken;
  WantedWallets wanted;
  for (const auto& [key, transfer] : found) {
    if (!transfer.from || !transfer.to) continue;
    wanted.ids.emplace_back(key.first, *transfer.from);
    const DueEntry entry = wallets::entry_of({key.first, transfer});
    if (take_entry(*transaction, bucket, entry)) taken.insert(key);
  }
  LockedWallets locked;
  co_await lock_wallets(transaction, &wanted, &locked);
  std::vector<TransferRow> ended;
  for (const std::size_t index : indices) {
    const auto& input = slots[index].input;
    const TransferKey key{input.tenant, input.transaction_id};
    const auto its = found.find(key);
    if (its == found.end()) {
      slots[index].output = fail(wallets::no_transaction(input.transaction_id));
      continue;
    }
    const bool has_entry = taken.erase(key) > 0;
    const wallets::Made cancelled =
        wallets::cancel_transfer(locked.books[key.first], its->second, has_entry, locked.now);
    if (!cancelled) {
      slots[index].output = fail(cancelled.error());
      continue;
    }
    its->second = *cancelled;
    ended.push_back({key.first, *cancelled});
    slots[index].output = true;
  }
  if (ended.empty()) co_return;
  co_await write_wallets(transaction, &locked, ended);
  co_await end_transfers(transaction, &ended);
}

Work cancel_transactions(Transaction* transaction, Slots<wallets::CancelTransaction> slots) {
  const auto home = [](const auto& input) { return input.tenant.home(); };
  for (const auto& [bucket, indices] : by_home(slots, home)) {
    try {
      co_await cancel(transaction, bucket, slots, indices);
    } catch (const std::logic_error& error) {
      throw defect(error);
    }
  }
}

Work settle_bucket(Transaction* transaction, wallets::SettleDue::Input input,
                   wallets::SettleDue::Output* output) {
  co_await transaction->statement();
  const std::vector<DueEntry> entries = take_due(*transaction, input.bucket, input.limit);
  if (!entries.empty()) {
    WantedWallets wanted;
    for (const DueEntry& entry : entries) {
      wanted.ids.emplace_back(entry.tenant, entry.from);
      wanted.ids.emplace_back(entry.tenant, entry.to);
    }
    LockedWallets locked;
    co_await lock_wallets(transaction, &wanted, &locked);
    std::vector<TransferRow> ended;
    for (const DueEntry& entry : entries) {
      ended.push_back(
          {entry.tenant, wallets::end_due(locked.books[entry.tenant], entry, locked.now)});
    }
    co_await write_wallets(transaction, &locked, ended);
    co_await end_transfers(transaction, &ended);
  }
  co_await transaction->statement();
  output->ended = std::ssize(entries);
  for (const auto& [key, entry] : transaction->storage().wallets.due) {
    const auto& row = entry.seen_by(*transaction);
    if (!row || std::get<Bucket>(key) != input.bucket) continue;
    output->next_in = std::max(Duration::zero(), row->due_at - transaction->wall_clock());
    break;
  }
}

Work settle_due(Transaction* transaction, Slots<wallets::SettleDue> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    wallets::SettleDue::Output output;
    try {
      co_await settle_bucket(transaction, slots[i].input, &output);
    } catch (const std::logic_error& error) {
      throw defect(error);
    }
    slots[i].output = output;
  }
}

Work find_due_buckets(Transaction* transaction, Slots<wallets::FindDueBuckets> slots) {
  co_await transaction->statement();
  wallets::FindDueBuckets::Output found;
  for (const auto& [key, entry] : transaction->storage().wallets.due) {
    const auto& row = entry.committed();
    if (!row) continue;
    found.try_emplace(std::get<Bucket>(key),
                      std::max(Duration::zero(), row->due_at - transaction->wall_clock()));
  }
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = found;
}

Work freeze_wallets(Transaction* transaction, Slots<wallets::FreezeWallet> slots) {
  const auto home = [](const auto& input) { return input.which.tenant.home(); };
  for (const auto& [bucket, indices] : by_home(slots, home)) {
    WantedWallets wanted;
    for (const std::size_t index : indices) {
      const auto& which = slots[index].input.which;
      wanted.users.emplace_back(which.tenant, which.user_id);
    }
    LockedWallets locked;
    co_await lock_wallets(transaction, &wanted, &locked);
    std::map<wallets::WalletId, std::pair<TenantId, Wallet>> changed;
    for (const std::size_t index : indices) {
      const auto& [which, reason] = slots[index].input;
      const Wallet* const found = locked.find(which.tenant, which.user_id);
      slots[index].output = std::optional<Wallet>();
      if (found == nullptr) continue;
      const auto& entry = transaction->storage().wallets.wallets[{found->id, which.tenant}];
      Wallet wallet = *entry.seen_by(*transaction);
      wallet.frozen_reason = reason;
      ++wallet.version;
      set_wallet(*transaction, which.tenant, wallet);
      changed.insert_or_assign(wallet.id, std::pair(TenantId(which.tenant), wallet));
      slots[index].output = std::optional(wallet);
    }
    for (const auto& [id, row] : changed) tell_wallet(*transaction, row.first, row.second);
  }
}

Work delete_wallets(Transaction* transaction, Slots<wallets::DeleteWallet> slots) {
  const auto home = [](const auto& input) { return input.tenant.home(); };
  for (const auto& [bucket, indices] : by_home(slots, home)) {
    WantedWallets wanted;
    for (const std::size_t index : indices) {
      wanted.users.emplace_back(slots[index].input.tenant, slots[index].input.user_id);
    }
    LockedWallets locked;
    co_await lock_wallets(transaction, &wanted, &locked);
    for (const std::size_t index : indices) {
      const auto& which = slots[index].input;
      const Wallet* const found = locked.find(which.tenant, which.user_id);
      auto& user = transaction->storage().wallets.users[{which.tenant, which.user_id}];
      const bool is_there = found != nullptr && user.seen_by(*transaction) != nullptr;
      slots[index].output = is_there;
      if (!is_there) continue;
      if (found->total() > 0) {
        slots[index].output = fail(wallets::kWalletNotEmpty, "");
        continue;
      }
      if (!transaction->has(user, Wish::row)) throw bad_data();
      user.set(nullptr);
      Wallet wallet = *found;
      wallet.deleted_at = locked.now;
      ++wallet.version;
      set_wallet(*transaction, which.tenant, wallet);
      tell_wallet(*transaction, which.tenant, wallet);
    }
  }
}

}  // namespace

void add_wallet_operations(Operations& operations) {
  operations.add<wallets::CarryOutMovement, carry_out_movements>();
  operations.add<wallets::CancelTransaction, cancel_transactions>();
  operations.add<wallets::SettleDue, settle_due>();
  operations.add<wallets::FindDueBuckets, find_due_buckets>();
  operations.add<wallets::FreezeWallet, freeze_wallets>();
  operations.add<wallets::DeleteWallet, delete_wallets>();
}

}  // namespace remit::simulation
