// The rules of wallets: what needs a key, who is told that something will be due, what is not
// there.
//
// Owned by app::Services; loop thread. Problems: those of wallet.hpp, of the idempotency keys, and
// of the database.
#pragma once

#include <vector>

#include "remit/base/task.hpp"
#include "remit/storage/database.hpp"
#include "remit/wallets/batch_turns.hpp"
#include "remit/wallets/history_operations.hpp"
#include "remit/wallets/movement_operations.hpp"
#include "remit/wallets/settler.hpp"
#include "remit/wallets/wallet_operations.hpp"

namespace remit::wallets {

class WalletService {
 public:
  WalletService(storage::Database& database, UuidSource& ids, const jobs::Context& context,
                Settler& settler)
      : database_(database),
        ids_(ids),
        clock_(context.clock),
        settler_(settler),
        batch_turns_(context.alarms) {}

  [[nodiscard]] Timestamp now() const { return clock_.now(); }

  /// Gives what has no id one, and carries it out once per key.
  Task<Result<idempotency::Answer>> carry_out(MovementRequest request);

  Task<Result<Wallet>> find(Tenant tenant, std::string user_id);
  /// As it was; kWalletNotFound before it was opened.
  Task<Result<WalletThen>> find_at(Tenant tenant, std::string user_id, Timestamp at);
  Task<Result<std::vector<Wallet>>> list(ListWallets::Input wanted);
  Task<Result<StatementSpan>> statement(FindStatement::Input wanted);
  Task<Result<std::vector<StatementEntry>>> statement_page(ListStatement::Input wanted);
  Task<Result<Wallet>> freeze(Tenant tenant, std::string user_id, std::string reason);
  Task<Result<void>> remove(Tenant tenant, std::string user_id);

  Task<Result<Transfer>> transfer(Tenant tenant, Uuid id);
  Task<Result<std::vector<Transfer>>> transfers(ListTransfers::Input wanted);
  Task<Result<void>> cancel(Tenant tenant, Uuid id);

  /// Answers that were given again.
  [[nodiscard]] std::int64_t replays() const { return replays_; }

 private:
  void give_ids(MovementRequest& request);

  storage::Database& database_;
  UuidSource& ids_;
  const Clock& clock_;
  Settler& settler_;
  BatchTurns batch_turns_;
  std::int64_t replays_ = 0;
};

}  // namespace remit::wallets
