// The invariants of wallets: what holds in every snapshot of the database, after each commit, and
// what has to be so in the end. Finds; changes nothing. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "simulation/wallet_client.hpp"
#include "simulation/wallet_tables.hpp"

namespace remit::simulation {

class WalletChecker {
 public:
  explicit WalletChecker(World& world);

  /// As soon as something was committed.
  void look();
  [[nodiscard]] bool all_ended() const;
  void report_unfinished();
  /// When everything has ended.
  void check_end(const std::map<std::int64_t, WalletWish>& wishes);

 private:
  using Sums = std::map<WalletTables::WalletKey, std::int64_t>;

  void complain(const std::string& what, const Uuid& transaction = Uuid());
  /// Adds what was posted since.
  void follow_postings();
  [[nodiscard]] Sums check_transfers();
  void check_entries();
  void check_wallets(const Sums& reserved);
  void check_wishes(const std::map<std::int64_t, WalletWish>& wishes);
  void check_events();

  World& world_;
  const WalletTables& tables_;
  std::int64_t commits_ = 0;
  std::size_t postings_ = 0;  ///< that were followed
  bool has_complained_ = false;
  Sums totals_;
  std::map<wallets::TransferKey, std::int64_t> posted_;
  std::map<wallets::TransferKey, wallets::Transfer> seen_;
};

}  // namespace remit::simulation
