// src/wallets/movement_batch_sql.cpp and movement_moves_sql.cpp again: the movements of a batch in
// one bucket, in order over wallets that are locked once and written once. One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "remit/idempotency/idempotent_execution.hpp"
#include "remit/wallets/movement.hpp"
#include "simulation/wallet_rows.hpp"

namespace remit::simulation {

class WalletBatch {
 public:
  WalletBatch(Transaction& transaction, Bucket bucket,
              std::vector<const wallets::MovementRequest*> requests)
      : transaction_(transaction),
        bucket_(bucket),
        requests_(std::move(requests)),
        made_(requests_.size()) {}

  struct Outcome {
    idempotency::Execution execution;
    std::optional<Duration> due_in;
  };
  /// One for each request.
  [[nodiscard]] Work run(std::vector<Outcome>* outcomes);

 private:
  [[nodiscard]] Work take_holds();
  [[nodiscard]] Work insert_wallets();
  [[nodiscard]] WantedWallets wanted() const;
  [[nodiscard]] Work find_earlier();
  void carry_out(std::size_t index);
  [[nodiscard]] Work insert();
  [[nodiscard]] Work write();
  [[nodiscard]] Outcome outcome_of(std::size_t index) const;

  [[nodiscard]] Result<wallets::Wallet> open(TenantId tenant, const wallets::OpenWallet& wish);
  [[nodiscard]] wallets::Made move(TenantId tenant, const wallets::MoveFunds& wish);
  [[nodiscard]] wallets::Made create(TenantId tenant, const wallets::NewTransfer& wish);
  [[nodiscard]] wallets::Made capture(TenantId tenant, const wallets::CaptureHold& wish);
  [[nodiscard]] TenantId tenant_of(std::size_t index) const {
    return requests_[index]->claim.tenant;
  }

  Transaction& transaction_;
  Bucket bucket_;
  std::vector<const wallets::MovementRequest*> requests_;
  LockedWallets locked_;
  std::map<wallets::TransferKey, wallets::Transfer> holds_;  ///< those that are to be captured
  std::set<wallets::TransferKey> taken_;                     ///< of them, those it has entries of
  std::map<wallets::TransferKey, wallets::Transfer> known_;  ///< of ids that clients chose
  std::vector<wallets::TransferRow> fresh_;
  std::vector<wallets::TransferRow> ended_;
  std::vector<wallets::DueEntry> kept_;  ///< entries that were taken for nothing
  std::vector<std::vector<wallets::Made>> made_;
  std::map<std::pair<TenantId, std::string>, wallets::Wallet> inserted_;
  std::map<std::size_t, Result<wallets::Wallet>> opened_;
};

}  // namespace remit::simulation
