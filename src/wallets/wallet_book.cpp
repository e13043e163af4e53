#include "remit/wallets/wallet_book.hpp"

#include <stdexcept>
#include <utility>

namespace remit::wallets {
namespace {

Result<void> may_pay(const Wallet& wallet, std::int64_t amount) {
  if (!wallet.frozen_reason.empty()) {
    return fail(kWalletFrozen,
                "the wallet of " + wallet.user_id + " is frozen: " + wallet.frozen_reason);
  }
  if (wallet.balance < amount) {
    return fail(kInsufficientFunds, "the wallet of " + wallet.user_id + " has " +
                                        to_string(Money{wallet.balance, wallet.currency}) +
                                        " to spend");
  }
  return {};
}

Result<void> may_receive(const Wallet& wallet, std::int64_t amount) {
  if (amount <= kMostInWallet - wallet.total()) return {};
  return fail(kAmountOutOfRange, "the wallet of " + wallet.user_id + " would hold more than " +
                                     to_string(Money{kMostInWallet, wallet.currency}));
}

}  // namespace

void WalletBook::add(Wallet wallet) {
  const WalletId id = wallet.id;
  wallets_.try_emplace(id, Entry{.wallet = wallet, .before = std::move(wallet)});
}

const Wallet* WalletBook::find(WalletId id) const {
  const auto found = wallets_.find(id);
  return found == wallets_.end() ? nullptr : &found->second.wallet;
}

WalletBook::Entry& WalletBook::at(WalletId id) {
  const auto found = wallets_.find(id);
  if (found == wallets_.end()) throw std::logic_error("a wallet was not read");
  return found->second;
}

Result<void> WalletBook::deposit(const Uuid& transaction, WalletId to, std::int64_t amount) {
  Entry& receiver = at(to);
  if (auto refused = may_receive(receiver.wallet, amount); !refused) return refused;
  receiver.wallet.balance += amount;
  receiver.has_changed = true;
  postings_.push_back({.transaction_id = transaction,
                       .from = {},
                       .to = to,
                       .amount = amount,
                       .from_after = {},
                       .to_after = receiver.wallet.total(),
                       .currency = receiver.wallet.currency});
  return {};
}

Result<void> WalletBook::withdraw(const Uuid& transaction, WalletId from, std::int64_t amount) {
  Entry& payer = at(from);
  if (auto refused = may_pay(payer.wallet, amount); !refused) return refused;
  payer.wallet.balance -= amount;
  payer.has_changed = true;
  postings_.push_back({.transaction_id = transaction,
                       .from = from,
                       .to = {},
                       .amount = amount,
                       .from_after = payer.wallet.total(),
                       .to_after = {},
                       .currency = payer.wallet.currency});
  return {};
}

Result<void> WalletBook::reserve(WalletId from, std::int64_t amount) {
  Entry& payer = at(from);
  if (auto refused = may_pay(payer.wallet, amount); !refused) return refused;
  payer.wallet.balance -= amount;
  payer.wallet.reserved += amount;
  payer.has_changed = true;
  return {};
}

void WalletBook::release(WalletId from, std::int64_t amount) {
  Entry& payer = at(from);
  if (payer.wallet.reserved < amount) throw std::logic_error("more is released than is reserved");
  payer.wallet.reserved -= amount;
  payer.wallet.balance += amount;
  payer.has_changed = true;
}

Result<void> WalletBook::settle(const Uuid& transaction, WalletId from, WalletId to,
                                std::int64_t reserved, std::int64_t moved) {
  Entry& payer = at(from);
  Entry& receiver = at(to);
  if (payer.wallet.reserved < reserved || moved < 1 || moved > reserved) {
    throw std::logic_error("more is settled than is reserved");
  }
  if (auto refused = may_receive(receiver.wallet, moved); !refused) return refused;
  payer.wallet.reserved -= reserved;
  payer.wallet.balance += reserved - moved;
  payer.has_changed = true;
  receiver.wallet.balance += moved;
  receiver.has_changed = true;
  postings_.push_back({.transaction_id = transaction,
                       .from = from,
                       .to = to,
                       .amount = moved,
                       .from_after = payer.wallet.total(),
                       .to_after = receiver.wallet.total(),
                       .currency = payer.wallet.currency});
  return {};
}

std::vector<Wallet> WalletBook::changed() const {
  std::vector<Wallet> all;
  for (const auto& [id, entry] : wallets_) {
    if (!entry.has_changed) continue;
    all.push_back(entry.wallet);
    ++all.back().version;
  }
  return all;
}

}  // namespace remit::wallets
