// The wallets that a batch of movements is about, and what becomes of them: which movement has the
// funds it needs, in which order, and what is written in the end. However many movements there are,
// a wallet is read once and written once.
//
// Pure. What is refused changes nothing. The result does not depend on how movements are divided
// into batches.
#pragma once

#include <map>
#include <vector>

#include "remit/wallets/wallet.hpp"

namespace remit::wallets {

/// A movement that took place, with what both had after it: balance and reservation together.
struct Posting {
  Uuid transaction_id = {};
  std::optional<WalletId> from = std::nullopt;
  std::optional<WalletId> to = std::nullopt;
  std::int64_t amount = 0;
  std::optional<std::int64_t> from_after = std::nullopt;
  std::optional<std::int64_t> to_after = std::nullopt;
  Currency currency = Currency::USD;

  friend bool operator==(const Posting&, const Posting&) = default;
};

class WalletBook {
 public:
  /// As it was read, locked.
  void add(Wallet wallet);
  /// As it is by now; null: it is not in the book, or not of that user.
  [[nodiscard]] const Wallet* find(WalletId id) const;
  /// As it was added. It is in the book.
  [[nodiscard]] const Wallet& before(WalletId id) const { return wallets_.at(id).before; }

  // Problems: kInsufficientFunds, kWalletFrozen, kAmountOutOfRange. The wallets are in the book, of
  // one currency, and are not deleted; the amount is above zero.
  Result<void> deposit(const Uuid& transaction, WalletId to, std::int64_t amount);
  Result<void> withdraw(const Uuid& transaction, WalletId from, std::int64_t amount);
  /// From balance to reservation.
  Result<void> reserve(WalletId from, std::int64_t amount);

  // What was reserved, so it is there: std::logic_error if not.
  /// Back to the balance.
  void release(WalletId from, std::int64_t amount);
  /// `moved` of it goes to the receiver, the rest back to the balance. kAmountOutOfRange: the
  /// receiver would have too much; then nothing has changed.
  Result<void> settle(const Uuid& transaction, WalletId from, WalletId to, std::int64_t reserved,
                      std::int64_t moved);

  /// Those that changed, by id, each with its version raised by one.
  [[nodiscard]] std::vector<Wallet> changed() const;
  /// In their order.
  [[nodiscard]] const std::vector<Posting>& postings() const { return postings_; }

 private:
  struct Entry {
    Wallet wallet;
    Wallet before;
    bool has_changed = false;
  };
  Entry& at(WalletId id);

  std::map<WalletId, Entry> wallets_;
  std::vector<Posting> postings_;
};

}  // namespace remit::wallets
