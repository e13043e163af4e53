#include "simulation/wallet_batch.hpp"

#include <algorithm>
#include <stdexcept>

#include "movement_answers.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {

using wallets::CaptureHold;
using wallets::CreateTransfers;
using wallets::DueEntry;
using wallets::Made;
using wallets::MoveFunds;
using wallets::NewTransfer;
using wallets::OpenWallet;
using wallets::Transfer;
using wallets::TransferKey;
using wallets::TransferRow;
using wallets::Wallet;

Work WalletBatch::run(std::vector<Outcome>* outcomes) {
  co_await take_holds();
  co_await insert_wallets();
  const WantedWallets these = wanted();
  co_await lock_wallets(&transaction_, &these, &locked_);
  co_await find_earlier();
  for (std::size_t i = 0; i < requests_.size(); ++i) carry_out(i);
  co_await insert();
  co_await write();
  for (std::size_t i = 0; i < requests_.size(); ++i) outcomes->push_back(outcome_of(i));
}

Work WalletBatch::take_holds() {
  co_await transaction_.statement();
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const auto* const wish = std::get_if<CaptureHold>(&requests_[i]->movement);
    if (wish == nullptr) continue;
    const TransferKey key{tenant_of(i), wish->transaction_id};
    const std::optional<Transfer> found = find_transfer(transaction_, key);
    if (found) holds_.insert_or_assign(key, *found);
  }
  if (holds_.empty()) co_return;
  co_await transaction_.statement();
  for (const auto& [key, hold] : holds_) {
    // The entry of what settles by itself stays where it is.
    if (!hold.is_hold) continue;
    const DueEntry entry = wallets::entry_of({key.first, hold});
    if (take_entry(transaction_, bucket_, entry)) taken_.insert(key);
  }
}

Work WalletBatch::insert_wallets() {
  WalletTables& tables = transaction_.storage().wallets;
  std::map<std::pair<TenantId, std::string>, const OpenWallet*> wishes;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const auto* const wish = std::get_if<OpenWallet>(&requests_[i]->movement);
    if (wish != nullptr) wishes.try_emplace({tenant_of(i), wish->user_id}, wish);
  }
  for (const auto& [key, wish] : wishes) {
    co_await transaction_.statement();
    auto& user = tables.users[key];
    while (!transaction_.has(user, Wish::key) && !user.is_free()) {
      co_await transaction_.wait_for(&user, Wish::key);
    }
    if (user.seen_by(transaction_) || !user.is_held_by(transaction_)) continue;
    const Timestamp now = transaction_.wall_clock();
    const Wallet wallet{.id = ++tables.last_wallet,
                        .user_id = wish->user_id,
                        .name = wish->name,
                        .currency = wish->currency,
                        .created_at = now,
                        .updated_at = now};
    user.set(std::make_shared<const wallets::WalletId>(wallet.id));
    if (!transaction_.has(tables.wallets[{wallet.id, key.first}], Wish::key)) throw bad_data();
    set_wallet(transaction_, key.first, wallet);
    inserted_.emplace(key, wallet);
  }
}

WantedWallets WalletBatch::wanted() const {
  WantedWallets wanted;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const TenantId tenant = tenant_of(i);
    const wallets::Movement& movement = requests_[i]->movement;
    if (const auto* const funds = std::get_if<MoveFunds>(&movement)) {
      wanted.users.emplace_back(tenant, funds->user_id);
    } else if (const auto* const transfers = std::get_if<CreateTransfers>(&movement)) {
      for (const NewTransfer& item : transfers->items) {
        wanted.users.emplace_back(tenant, item.from_user);
        wanted.users.emplace_back(tenant, item.to_user);
      }
    }
  }
  for (const auto& [key, transfer] : holds_) {
    for (const auto& id : {transfer.from, transfer.to}) {
      if (id) wanted.ids.emplace_back(key.first, *id);
    }
  }
  return wanted;
}

Work WalletBatch::find_earlier() {
  co_await transaction_.statement();
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const auto* const wish = std::get_if<CreateTransfers>(&requests_[i]->movement);
    if (wish == nullptr) continue;
    for (const NewTransfer& item : wish->items) {
      const TransferKey key{tenant_of(i), item.id};
      const std::optional<Transfer> found = find_transfer(transaction_, key);
      if (item.has_own_id && found) known_.insert_or_assign(key, *found);
    }
  }
}

void WalletBatch::carry_out(std::size_t index) {
  const TenantId tenant = tenant_of(index);
  const wallets::Movement& movement = requests_[index]->movement;
  std::vector<Made>& made = made_[index];
  if (const auto* const wallet = std::get_if<OpenWallet>(&movement)) {
    opened_.emplace(index, open(tenant, *wallet));
  } else if (const auto* const funds = std::get_if<MoveFunds>(&movement)) {
    made.push_back(move(tenant, *funds));
  } else if (const auto* const hold = std::get_if<CaptureHold>(&movement)) {
    made.push_back(capture(tenant, *hold));
  } else {
    const auto& transfers = std::get<CreateTransfers>(movement);
    for (const NewTransfer& item : transfers.items) made.push_back(create(tenant, item));
  }
}

Result<Wallet> WalletBatch::open(TenantId tenant, const OpenWallet& wish) {
  auto made = inserted_.extract({tenant, wish.user_id});
  if (made.empty()) {
    return fail(wallets::kWalletExists, "the user " + wish.user_id + " has a wallet");
  }
  Wallet& wallet = made.mapped();
  locked_.add(tenant, wallet);
  if (wish.opening_balance > 0) {
    const MoveFunds deposit{
        .user_id = wish.user_id, .amount = wish.opening_balance, .transaction_id = wish.deposit_id};
    if (!move(tenant, deposit)) throw std::logic_error("a new wallet takes no deposit");
    wallet.balance = wish.opening_balance;
    ++wallet.version;
  }
  return std::move(wallet);
}

Made WalletBatch::move(TenantId tenant, const MoveFunds& wish) {
  const Wallet* const wallet = locked_.find(tenant, wish.user_id);
  Made moved = wallets::move_funds(locked_.books[tenant], wallet, wish, locked_.now);
  if (moved) fresh_.push_back({tenant, *moved});
  return moved;
}

Made WalletBatch::create(TenantId tenant, const NewTransfer& wish) {
  const TransferKey key{tenant, wish.id};
  if (wish.has_own_id) {
    const auto earlier = known_.find(key);
    if (earlier != known_.end()) return wallets::repeat_transfer(earlier->second, wish);
  }
  Made reserved =
      wallets::reserve_transfer(locked_.books[tenant], locked_.find(tenant, wish.from_user),
                                locked_.find(tenant, wish.to_user), wish, locked_.now);
  if (!reserved) return reserved;
  if (wish.has_own_id) known_.emplace(key, *reserved);
  fresh_.push_back({tenant, *reserved});
  return reserved;
}

Made WalletBatch::capture(TenantId tenant, const CaptureHold& wish) {
  const TransferKey key{tenant, wish.transaction_id};
  const auto hold = holds_.find(key);
  if (hold == holds_.end()) return fail(wallets::no_transaction(wish.transaction_id));
  const bool has_entry = taken_.erase(key) > 0;
  Made captured =
      wallets::capture_hold(locked_.books[tenant], hold->second, has_entry, wish, locked_.now);
  if (captured) {
    hold->second = *captured;
    ended_.push_back({tenant, *captured});
  } else if (has_entry) {
    kept_.push_back(wallets::entry_of({tenant, hold->second}));
  }
  return captured;
}

Work WalletBatch::insert() {
  if (fresh_.empty()) co_return;
  std::set<TransferKey> inserted;
  co_await insert_transfers(&transaction_, &fresh_, &inserted);
  const Made refusal = fail(idempotency::kKeyReused, "used by another request just now");
  std::erase_if(fresh_, [&](const TransferRow& row) {
    const TransferKey key{row.tenant, row.transfer.id};
    if (inserted.contains(key)) return false;
    locked_.books[row.tenant].release(row.transfer.from.value(), row.transfer.amount.minor);
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      for (Made& made : made_[i]) {
        if (tenant_of(i) == key.first && made && made->id == key.second) made = refusal;
      }
    }
    return true;
  });
}

Work WalletBatch::write() {
  std::vector<TransferRow> told = ended_;
  told.insert(told.end(), fresh_.begin(), fresh_.end());
  co_await write_wallets(&transaction_, &locked_, std::move(told));
  for (const auto& [index, opened] : opened_) {
    if (!opened) continue;
    const TenantId tenant = tenant_of(index);
    const auto& now = transaction_.storage().wallets.wallets[{opened->id, tenant}];
    const auto& wallet = now.seen_by(transaction_);
    if (wallet->version == 0) tell_wallet(transaction_, tenant, *wallet);
  }
  co_await transaction_.statement();
  for (const DueEntry& entry : kept_) insert_due(transaction_, bucket_, entry);
  for (const TransferRow& row : fresh_) {
    if (row.transfer.status != wallets::kReserved) continue;
    insert_due(transaction_, bucket_, wallets::entry_of(row));
  }
  if (!ended_.empty()) co_await end_transfers(&transaction_, &ended_);
}

WalletBatch::Outcome WalletBatch::outcome_of(std::size_t index) const {
  const wallets::MovementRequest& request = *requests_[index];
  const auto opened = opened_.find(index);
  if (opened != opened_.end()) {
    return {.execution = wallets::answer_to_opening(request, opened->second), .due_in = {}};
  }
  Outcome outcome;
  const std::vector<Made>& made = made_[index];
  const auto* const transfers = std::get_if<CreateTransfers>(&request.movement);
  const bool is_batch = transfers != nullptr && transfers->is_batch;
  outcome.execution = is_batch ? wallets::answer_to_batch(request, made)
                               : wallets::answer_to_one(request, made.front());
  for (const Made& each : made) {
    if (!each || each->status != wallets::kReserved) continue;
    const Duration wait = std::max(Duration::zero(), each->execute_at - locked_.now);
    outcome.due_in = std::min(outcome.due_in.value_or(wait), wait);
  }
  return outcome;
}

}  // namespace remit::simulation
