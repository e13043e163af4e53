// What each movement does to the wallets of its batch.
#include "movement_batch_sql.hpp"

namespace remit::wallets {
namespace {

Problem no_wallet(const std::string& user) {
  return {kWalletNotFound, "the user " + user + " has no wallet"};
}

Problem no_transaction(const Uuid& id) {
  return {kTransactionNotFound, "there is no transaction " + id.to_string()};
}

/// What a client sees as the same request under the same id.
bool is_same(const Transfer& transfer, const NewTransfer& wish) {
  return transfer.from_user == wish.from_user && transfer.to_user == wish.to_user &&
         transfer.amount.minor == wish.amount && transfer.is_hold == wish.is_hold &&
         transfer.delay_seconds == wish.delay_seconds &&
         (!wish.execute_at || transfer.execute_at == *wish.execute_at);
}

}  // namespace

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

MovementBatch::Made MovementBatch::move(TenantId tenant, const MoveFunds& wish) {
  const Wallet* const wallet = wallets_->find(tenant, wish.user_id);
  if (wallet == nullptr) return fail(no_wallet(wish.user_id));
  WalletBook& book = wallets_->book(tenant);
  const Uuid& id = wish.transaction_id;
  const Result<void> moved = wish.is_withdrawal ? book.withdraw(id, wallet->id, wish.amount)
                                                : book.deposit(id, wallet->id, wish.amount);
  if (!moved) return fail(moved.error());
  Transfer transfer{.id = id,
                    .kind = std::string(wish.is_withdrawal ? kWithdrawal : kDeposit),
                    .amount = {wish.amount, wallet->currency},
                    .status = std::string(kCompleted),
                    .moved = wish.amount,
                    .execute_at = wallets_->now(),
                    .created_at = wallets_->now(),
                    .updated_at = wallets_->now()};
  (wish.is_withdrawal ? transfer.from : transfer.to) = wallet->id;
  (wish.is_withdrawal ? transfer.from_user : transfer.to_user) = wish.user_id;
  fresh_.push_back({tenant, transfer});
  return transfer;
}

MovementBatch::Made MovementBatch::create(TenantId tenant, const NewTransfer& wish) {
  const TransferKey key{tenant, wish.id};
  if (wish.has_own_id) {
    const auto earlier = known_.find(key);
    if (earlier != known_.end()) {
      if (is_same(earlier->second, wish)) return earlier->second;
      return fail(idempotency::kKeyReused,
                  "this transaction_id belongs to a transaction with another content");
    }
  }
  const Wallet* const sender = wallets_->find(tenant, wish.from_user);
  if (sender == nullptr) return fail(no_wallet(wish.from_user));
  const Wallet* const receiver = wallets_->find(tenant, wish.to_user);
  if (receiver == nullptr) return fail(no_wallet(wish.to_user));
  if (sender->currency != receiver->currency) {
    return fail(kCurrencyMismatch, "the wallets are in " +
                                       std::string(to_string(sender->currency)) + " and " +
                                       std::string(to_string(receiver->currency)));
  }
  const Result<void> reserved = wallets_->book(tenant).reserve(sender->id, wish.amount);
  if (!reserved) return fail(reserved.error());
  const Timestamp now = wallets_->now();
  const std::chrono::seconds delay(wish.delay_seconds.value_or(0));
  Transfer transfer{.id = wish.id,
                    .from = sender->id,
                    .to = receiver->id,
                    .from_user = wish.from_user,
                    .to_user = wish.to_user,
                    .amount = {wish.amount, sender->currency},
                    .status = std::string(kReserved),
                    .is_hold = wish.is_hold,
                    .delay_seconds = wish.delay_seconds,
                    .execute_at = wish.execute_at.value_or(now + delay),
                    .created_at = now,
                    .updated_at = now};
  if (wish.has_own_id) known_.emplace(key, transfer);
  fresh_.push_back({tenant, transfer});
  return transfer;
}

MovementBatch::Made MovementBatch::capture(TenantId tenant, const CaptureHold& wish) {
  const auto found = holds_.find({tenant, wish.transaction_id});
  if (found == holds_.end()) return fail(no_transaction(wish.transaction_id));
  Transfer& hold = found->second;
  if (!hold.is_hold) {
    return fail(kNotCapturable, "it is settled by itself: it was made without capture: manual");
  }
  if (taken_.erase({tenant, hold.id}) == 0) {
    return fail(kNotCapturable, hold.status == kReserved
                                    ? "it is being captured, cancelled, or expires just now"
                                    : "its status is " + hold.status);
  }
  const std::int64_t amount = wish.amount.value_or(hold.amount.minor);
  const WalletId from = hold.from.value();
  WalletBook& book = wallets_->book(tenant);
  Result<void> settled;
  if (amount > hold.amount.minor) {
    settled = fail(kCaptureTooLarge, "the hold is of " + to_string(hold.amount));
  } else if (book.find(*hold.to)->deleted_at) {
    settled = fail(kNotCapturable, "its receiver has no wallet any more");
  } else {
    settled = book.settle(hold.id, from, *hold.to, hold.amount.minor, amount);
  }
  if (!settled) {
    kept_.push_back(entry_of({tenant, hold}));
    return fail(settled.error());
  }
  hold.status = kCompleted;
  hold.moved = amount;
  hold.updated_at = wallets_->now();
  ended_.push_back({tenant, hold});
  return hold;
}

}  // namespace remit::wallets
