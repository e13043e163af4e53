#include "transfer_rules.hpp"

#include "remit/idempotency/key.hpp"

namespace remit::wallets {
namespace {

/// What a client sees as the same request under the same id.
bool is_same(const Transfer& transfer, const NewTransfer& wish) {
  return transfer.from_user == wish.from_user && transfer.to_user == wish.to_user &&
         transfer.amount.minor == wish.amount && transfer.is_hold == wish.is_hold &&
         transfer.delay_seconds == wish.delay_seconds &&
         (!wish.execute_at || transfer.execute_at == *wish.execute_at);
}

}  // namespace

DueEntry entry_of(const TransferRow& row) {
  const Transfer& transfer = row.transfer;
  return {.tenant = row.tenant,
          .transaction_id = transfer.id,
          .due_at = transfer.execute_at,
          .from = transfer.from.value(),
          .to = transfer.to.value(),
          .amount = transfer.amount.minor,
          .is_hold = transfer.is_hold};
}

Problem no_wallet(const std::string& user) {
  return {kWalletNotFound, "the user " + user + " has no wallet"};
}

Problem no_transaction(const Uuid& id) {
  return {kTransactionNotFound, "there is no transaction " + id.to_string()};
}

Made move_funds(WalletBook& book, const Wallet* wallet, const MoveFunds& wish, Timestamp now) {
  if (wallet == nullptr) return fail(no_wallet(wish.user_id));
  const Uuid& id = wish.transaction_id;
  const Result<void> moved = wish.is_withdrawal ? book.withdraw(id, wallet->id, wish.amount)
                                                : book.deposit(id, wallet->id, wish.amount);
  if (!moved) return fail(moved.error());
  Transfer transfer{.id = id,
                    .kind = std::string(wish.is_withdrawal ? kWithdrawal : kDeposit),
                    .amount = {wish.amount, wallet->currency},
                    .status = std::string(kCompleted),
                    .moved = wish.amount,
                    .execute_at = now,
                    .created_at = now,
                    .updated_at = now};
  (wish.is_withdrawal ? transfer.from : transfer.to) = wallet->id;
  (wish.is_withdrawal ? transfer.from_user : transfer.to_user) = wish.user_id;
  return transfer;
}

Made repeat_transfer(const Transfer& earlier, const NewTransfer& wish) {
  if (is_same(earlier, wish)) return earlier;
  return fail(idempotency::kKeyReused,
              "this transaction_id belongs to a transaction with another content");
}

Made reserve_transfer(WalletBook& book, const Wallet* sender, const Wallet* receiver,
                      const NewTransfer& wish, Timestamp now) {
  if (sender == nullptr) return fail(no_wallet(wish.from_user));
  if (receiver == nullptr) return fail(no_wallet(wish.to_user));
  if (sender->currency != receiver->currency) {
    return fail(kCurrencyMismatch, "the wallets are in " +
                                       std::string(to_string(sender->currency)) + " and " +
                                       std::string(to_string(receiver->currency)));
  }
  const Result<void> reserved = book.reserve(sender->id, wish.amount);
  if (!reserved) return fail(reserved.error());
  const std::chrono::seconds delay(wish.delay_seconds.value_or(0));
  return Transfer{.id = wish.id,
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
}

Made capture_hold(WalletBook& book, Transfer hold, bool has_entry, const CaptureHold& wish,
                  Timestamp now) {
  if (!hold.is_hold) {
    return fail(kNotCapturable, "it is settled by itself: it was made without capture: manual");
  }
  if (!has_entry) {
    return fail(kNotCapturable, hold.status == kReserved
                                    ? "it is being captured, cancelled, or expires just now"
                                    : "its status is " + hold.status);
  }
  const std::int64_t amount = wish.amount.value_or(hold.amount.minor);
  if (amount > hold.amount.minor) {
    return fail(kCaptureTooLarge, "the hold is of " + to_string(hold.amount));
  }
  if (book.find(*hold.to)->deleted_at) {
    return fail(kNotCapturable, "its receiver has no wallet any more");
  }
  const Result<void> settled =
      book.settle(hold.id, *hold.from, *hold.to, hold.amount.minor, amount);
  if (!settled) return fail(settled.error());
  hold.status = kCompleted;
  hold.moved = amount;
  hold.updated_at = now;
  return hold;
}

Made cancel_transfer(WalletBook& book, Transfer transfer, bool has_entry, Timestamp now) {
  if (!has_entry) {
    return fail(kNotCancelable, transfer.status == kReserved ? "it is being settled just now"
                                                             : "its status is " + transfer.status);
  }
  book.release(transfer.from.value(), transfer.amount.minor);
  transfer.status = kCancelled;
  transfer.reason = kRequested;
  transfer.updated_at = now;
  return transfer;
}

Transfer end_due(WalletBook& book, const DueEntry& entry, Timestamp now) {
  const Wallet& sender = *book.find(entry.from);
  const Wallet& receiver = *book.find(entry.to);
  Transfer transfer{.id = entry.transaction_id,
                    .from = entry.from,
                    .to = entry.to,
                    .from_user = sender.user_id,
                    .to_user = receiver.user_id,
                    .amount = {entry.amount, sender.currency},
                    .is_hold = entry.is_hold,
                    .execute_at = entry.due_at,
                    .updated_at = now};
  if (entry.is_hold) {
    transfer.status = kCancelled;
    transfer.reason = kExpired;
  } else if (receiver.deleted_at) {
    transfer.status = kFailed;
    transfer.reason = kReceiverDeleted;
  } else if (!book.settle(entry.transaction_id, entry.from, entry.to, entry.amount, entry.amount)) {
    transfer.status = kFailed;
    transfer.reason = kReceiverFull;
  } else {
    transfer.status = kCompleted;
    transfer.moved = entry.amount;
    return transfer;
  }
  book.release(entry.from, entry.amount);
  return transfer;
}

}  // namespace remit::wallets
