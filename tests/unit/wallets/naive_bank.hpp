// Wallets and transactions as one would first write them down: one request after the other, each
// wallet changed at once. What the product is compared with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "remit/wallets/movement.hpp"

namespace remit::wallets::test {

class NaiveBank {
 public:
  /// What follows is accepted in one transaction, after what there is.
  void begin() { ++turn_; }
  // Each answers what a client is told: its status, or the name of a problem that leaves no trace.
  std::string open(const OpenWallet& wish);
  std::string move(const MoveFunds& wish);
  std::string create(const NewTransfer& wish);
  std::string capture(const CaptureHold& wish);
  std::string cancel(const Uuid& id);
  std::string freeze(const std::string& user, bool is_frozen);
  std::string remove(const std::string& user);

  /// Ends the earliest of those that are due; how many.
  std::int64_t settle(std::int64_t limit);

  /// "alice: 70+30", of every wallet that there is or was, in the order of their opening.
  [[nodiscard]] std::string wallets() const;
  /// "<id> COMPLETED 30", in the order of their ids.
  [[nodiscard]] std::string transfers() const;
  [[nodiscard]] std::vector<Uuid> open_ones() const;

 private:
  struct Account {
    std::string user;
    Currency currency = Currency::USD;
    std::int64_t balance = 0;
    std::int64_t reserved = 0;
    bool is_frozen = false;
    bool is_deleted = false;
  };
  struct Deal {
    NewTransfer wish;
    std::size_t from = 0;
    std::size_t to = 0;
    std::string status{kReserved};
    std::string reason = {};
    std::int64_t moved = 0;
    std::int64_t turn = 0;  ///< of its request: when it is due, where no time is given
  };

  Account* find(const std::string& user);
  static bool fits(const Account& receiver, std::int64_t amount);
  void end(Deal& deal);
  void give_back(Deal& deal, std::string_view status, std::string_view reason);

  std::vector<Account> accounts_;
  std::map<std::string, std::size_t> users_;
  std::map<Uuid, Deal> deals_;
  std::int64_t turn_ = 0;
};

}  // namespace remit::wallets::test
