// Requests drawn at random: few wallets and small amounts, so that they get into each other's way.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "remit/base/uuid.hpp"
#include "remit/wallets/movement.hpp"

namespace remit::wallets::test {

class RandomWishes {
 public:
  RandomWishes(std::uint64_t seed, Bucket home) : random_(seed), ids_(seed), home_(home) {}

  /// Below `end`.
  std::int64_t draw(std::int64_t end) {
    return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random_);
  }
  bool is_one_of(std::int64_t many) { return draw(many) == 0; }
  Uuid new_id() { return make_id(ids_.next(), home_); }

  std::string user() { return std::string(1, static_cast<char>('a' + draw(6))); }

  /// One of them has nearly as much as a wallet may have, and one another currency.
  static OpenWallet opening(const std::string& user, const Uuid& deposit) {
    return {.user_id = user,
            .name = user,
            .currency = user == "e" ? Currency::EUR : Currency::USD,
            .opening_balance = user == "f" ? kMostInWallet - 20 : 100,
            .deposit_id = deposit};
  }
  OpenWallet opening() { return opening(user(), new_id()); }

  MoveFunds funds() {
    return {.is_withdrawal = is_one_of(2),
            .user_id = user(),
            .amount = 1 + draw(40),
            .transaction_id = new_id()};
  }

  NewTransfer transfer() {
    NewTransfer wish{.id = new_id(), .amount = 1 + draw(30), .is_hold = is_one_of(3)};
    wish.from_user = user();
    do {
      wish.to_user = user();
    } while (wish.to_user == wish.from_user);
    wish.delay_seconds = is_one_of(3) ? 3'600 : 0;
    wish.has_own_id = is_one_of(2);
    if (wish.has_own_id) own_.push_back(wish);
    return wish;
  }
  /// With an id that was used, and sometimes with another content.
  NewTransfer transfer_again() {
    if (own_.empty()) return transfer();
    NewTransfer wish = own_[static_cast<std::size_t>(draw(std::ssize(own_)))];
    if (is_one_of(3)) ++wish.amount;
    return wish;
  }
  CreateTransfers transfers(std::int64_t most) {
    CreateTransfers wish{.items = {}, .is_batch = true};
    for (std::int64_t left = 1 + draw(most); left > 0; --left) {
      wish.items.push_back(is_one_of(4) ? transfer_again() : transfer());
    }
    return wish;
  }

  /// Of one of these, or of none that there is.
  Uuid one_of(const std::vector<Uuid>& open) {
    if (open.empty() || is_one_of(20)) return new_id();
    return open[static_cast<std::size_t>(draw(std::ssize(open)))];
  }
  CaptureHold capture(const std::vector<Uuid>& open) {
    CaptureHold wish{.transaction_id = one_of(open)};
    if (!is_one_of(3)) wish.amount = 1 + draw(30);
    return wish;
  }

 private:
  std::mt19937_64 random_;
  SeededUuidSource ids_;
  Bucket home_;
  std::vector<NewTransfer> own_;  ///< those with an id of the client
};

}  // namespace remit::wallets::test
