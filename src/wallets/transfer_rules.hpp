// What may become of a transfer, and what it does to the wallets in the book: one function for each
// way in which it begins or ends. Pure; any thread.
//
// An entry of wallet_due is the right to end its transfer: who holds it in a transaction decides
// what becomes of the transfer, and removes it.
#pragma once

#include <utility>

#include "remit/wallets/movement.hpp"
#include "remit/wallets/wallet_book.hpp"

namespace remit::wallets {

/// With whose it is.
struct TransferRow {
  TenantId tenant;
  Transfer transfer;
};

using TransferKey = std::pair<TenantId, Uuid>;

struct DueEntry {
  TenantId tenant;
  Uuid transaction_id = {};
  Timestamp due_at = {};
  WalletId from = 0;
  WalletId to = 0;
  std::int64_t amount = 0;
  bool is_hold = false;
};

/// Of a transfer between two wallets.
[[nodiscard]] DueEntry entry_of(const TransferRow& row);

/// The transfer that there is now, or why there is none.
using Made = Result<Transfer>;

// Null: there is no such wallet.
[[nodiscard]] Made move_funds(WalletBook& book, const Wallet* wallet, const MoveFunds& wish,
                              Timestamp now);
[[nodiscard]] Made reserve_transfer(WalletBook& book, const Wallet* sender, const Wallet* receiver,
                                    const NewTransfer& wish, Timestamp now);
/// The earlier one with that id again, if the request is the same.
[[nodiscard]] Made repeat_transfer(const Transfer& earlier, const NewTransfer& wish);

/// `has_entry`: this transaction has its entry. Where it is refused all the same, the entry stays.
[[nodiscard]] Made capture_hold(WalletBook& book, Transfer hold, bool has_entry,
                                const CaptureHold& wish, Timestamp now);
[[nodiscard]] Made cancel_transfer(WalletBook& book, Transfer transfer, bool has_entry,
                                   Timestamp now);
/// How one ends that is due, as far as its entry says; what only its row has is left out.
[[nodiscard]] Transfer end_due(WalletBook& book, const DueEntry& entry, Timestamp now);

[[nodiscard]] Problem no_wallet(const std::string& user);
[[nodiscard]] Problem no_transaction(const Uuid& id);

}  // namespace remit::wallets
