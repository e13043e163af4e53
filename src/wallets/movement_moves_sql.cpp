// What each movement does to the wallets of its batch.
#include "movement_batch_sql.hpp"

namespace remit::wallets {
Result<Wallet> MovementBatch::open(TenantId tenant, const OpenWallet& wish) {
  // Of several in one batch, the first has it.
  auto made = inserted_.extract({tenant, wish.user_id});
  if (made.empty()) return fail(kWalletExists, "the user " + wish.user_id + " has a wallet");
  Wallet& wallet = made.mapped();
  wallets_->add(tenant, wallet);
  if (wish.opening_balance > 0) {
    const MoveFunds deposit{
        .user_id = wish.user_id, .amount = wish.opening_balance, .transaction_id = wish.deposit_id};
    const Made deposited = move(tenant, deposit);
    if (!deposited) throw std::logic_error("a new wallet takes no deposit");
    wallet.balance = wish.opening_balance;
    ++wallet.version;
  }
  return std::move(wallet);
}

Made MovementBatch::move(TenantId tenant, const MoveFunds& wish) {
  const Wallet* const wallet = wallets_->find(tenant, wish.user_id);
  Made moved = move_funds(wallets_->book(tenant), wallet, wish, wallets_->now());
  if (moved) fresh_.push_back({tenant, *moved});
  return moved;
}

Made MovementBatch::create(TenantId tenant, const NewTransfer& wish) {
  const TransferKey key{tenant, wish.id};
  if (wish.has_own_id) {
    const auto earlier = known_.find(key);
    if (earlier != known_.end()) return repeat_transfer(earlier->second, wish);
  }
  const Wallet* const sender = wallets_->find(tenant, wish.from_user);
  const Wallet* const receiver = wallets_->find(tenant, wish.to_user);
  Made reserved = reserve_transfer(wallets_->book(tenant), sender, receiver, wish, wallets_->now());
  if (!reserved) return reserved;
  if (wish.has_own_id) known_.emplace(key, *reserved);
  fresh_.push_back({tenant, *reserved});
  return reserved;
}

Made MovementBatch::capture(TenantId tenant, const CaptureHold& wish) {
  const TransferKey key{tenant, wish.transaction_id};
  const auto hold = holds_.find(key);
  if (hold == holds_.end()) return fail(no_transaction(wish.transaction_id));
  const bool has_entry = taken_.erase(key) > 0;
  Made captured =
      capture_hold(wallets_->book(tenant), hold->second, has_entry, wish, wallets_->now());
  if (captured) {
    hold->second = *captured;
    ended_.push_back({tenant, *captured});
  } else if (has_entry) {
    kept_.push_back(entry_of({tenant, hold->second}));
  }
  return captured;
}

}  // namespace remit::wallets
