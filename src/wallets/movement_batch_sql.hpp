// The movements of a batch in one bucket, carried out in order over wallets that are locked once
// and written once. For files with SQL alone; called on lane threads.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "remit/idempotency/idempotent_execution.hpp"
#include "remit/wallets/movement_operations.hpp"
#include "transfer_sql.hpp"
#include "wallet_sql.hpp"

namespace remit::wallets {

class MovementBatch {
 public:
  MovementBatch(storage::Transaction& transaction, Bucket bucket,
                std::vector<const MovementRequest*> requests);

  struct Outcome {
    idempotency::Execution execution;
    std::optional<Duration> due_in;  ///< of the earliest that it scheduled
  };
  /// One for each request.
  [[nodiscard]] std::vector<Outcome> run();

 private:
  void take_holds();
  void insert_wallets();
  [[nodiscard]] WantedWallets wanted() const;
  void find_earlier();
  void carry_out(std::size_t index);
  void insert();
  void refuse_id(const TransferKey& key);
  void write();
  [[nodiscard]] Outcome outcome_of(std::size_t index) const;

  [[nodiscard]] Result<Wallet> open(TenantId tenant, const OpenWallet& wish);
  [[nodiscard]] Made move(TenantId tenant, const MoveFunds& wish);
  [[nodiscard]] Made create(TenantId tenant, const NewTransfer& wish);
  [[nodiscard]] Made capture(TenantId tenant, const CaptureHold& wish);
  [[nodiscard]] TenantId tenant_of(std::size_t index) const {
    return requests_[index]->claim.tenant.id();
  }

  storage::Transaction& transaction_;
  Bucket bucket_;
  std::vector<const MovementRequest*> requests_;
  std::map<TransferKey, Transfer> holds_;  ///< those that are to be captured
  std::set<TransferKey> taken_;            ///< of them, those whose entries this batch has
  std::optional<LockedWallets> wallets_;
  std::map<TransferKey, Transfer> known_;  ///< of ids that clients chose
  std::vector<TransferRow> fresh_;         ///< those that this batch makes
  std::vector<TransferRow> ended_;
  std::vector<DueEntry> kept_;           ///< entries that were taken for nothing
  std::vector<std::vector<Made>> made_;  ///< of each request, an item each
  std::map<std::pair<TenantId, std::string>, Wallet> inserted_;
  std::map<std::size_t, Result<Wallet>> opened_;  ///< of requests that open a wallet
};

}  // namespace remit::wallets
