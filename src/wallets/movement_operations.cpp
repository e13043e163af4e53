#include "remit/wallets/movement_operations.hpp"

#include <algorithm>
#include <array>

#include "movement_batch_sql.hpp"
#include "remit/idempotency/idempotent_execution_sql.hpp"
#include "remit/storage/by_bucket.hpp"
#include "wallet_facts_sql.hpp"

namespace remit::wallets {
namespace {

using idempotency::Execution;
using storage::Transaction;

Bucket home_of(const MovementRequest* request) { return request->claim.tenant.home(); }

/// Carries out what is not known yet; `due` gets what it scheduled.
std::vector<Execution> carry_out(Transaction& transaction,
                                 std::span<const MovementRequest* const> requests,
                                 std::vector<std::optional<Duration>>& due) {
  std::vector<Execution> executions(requests.size());
  due.assign(requests.size(), std::nullopt);
  for (const auto& [bucket, indices] : storage::by_bucket(requests, home_of)) {
    std::vector<const MovementRequest*> own;
    for (const std::size_t index : indices) own.push_back(requests[index]);
    std::vector<MovementBatch::Outcome> outcomes =
        MovementBatch(transaction, bucket, std::move(own)).run();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      executions[indices[i]] = std::move(outcomes[i].execution);
      due[indices[i]] = outcomes[i].due_in;
    }
  }
  return executions;
}

/// The cancellations of one bucket.
class Cancellation {
 public:
  Cancellation(Transaction& transaction, Bucket bucket, std::span<const TransferKey> keys)
      : transaction_(transaction), bucket_(bucket) {
    std::vector<TransferRow> found = find_transfers(transaction, bucket, keys);
    for (const DueEntry& entry : take_entries(transaction, bucket, found)) {
      taken_.emplace(entry.tenant, entry.transaction_id);
      wanted_.ids.emplace_back(entry.tenant, entry.from);
    }
    for (TransferRow& row : found) {
      const TransferKey key{row.tenant, row.transfer.id};
      transfers_.insert_or_assign(key, std::move(row.transfer));
    }
    wallets_.emplace(transaction_, bucket_, wanted_);
  }

  [[nodiscard]] Result<bool> cancel(const TransferKey& key) {
    const auto found = transfers_.find(key);
    if (found == transfers_.end()) return fail(no_transaction(key.second));
    const bool has_entry = taken_.erase(key) > 0;
    const Made cancelled =
        cancel_transfer(wallets_->book(key.first), found->second, has_entry, wallets_->now());
    if (!cancelled) return fail(cancelled.error());
    found->second = *cancelled;
    ended_.push_back({key.first, *cancelled});
    return true;
  }

  void write() {
    if (ended_.empty()) return;
    const std::vector<WalletRow> changed = wallets_->write(transaction_);
    end_transfers(transaction_, bucket_, ended_);
    write_facts(transaction_, bucket_, wallets_->now(), ended_, changed);
  }

 private:
  Transaction& transaction_;
  Bucket bucket_;
  WantedWallets wanted_;
  std::map<TransferKey, Transfer> transfers_;
  std::set<TransferKey> taken_;
  std::optional<LockedWallets> wallets_;
  std::vector<TransferRow> ended_;
};

}  // namespace

void CarryOutMovement::execute(Transaction& transaction, storage::Slots<CarryOutMovement> slots) {
  std::vector<idempotency::Claim> claims;
  claims.reserve(slots.size());
  for (const auto& slot : slots) claims.push_back(slot.input.claim);
  std::vector<std::optional<Duration>> due(slots.size());
  const auto execute_fresh = [&transaction, slots, &due](std::span<const std::size_t> indices) {
    std::vector<const MovementRequest*> fresh;
    for (const std::size_t index : indices) fresh.push_back(&slots[index].input);
    std::vector<std::optional<Duration>> own;
    std::vector<Execution> executions = carry_out(transaction, fresh, own);
    for (std::size_t i = 0; i < indices.size(); ++i) due[indices[i]] = own[i];
    return executions;
  };
  std::vector<Result<idempotency::Answer>> answers =
      idempotency::execute_once(transaction, claims, execute_fresh);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (answers[i]) {
      slots[i].output = MovementOutcome{.answer = *std::move(answers[i]), .due_in = due[i]};
    } else {
      slots[i].output = fail(std::move(answers[i].error()));
    }
  }
}

void CancelTransaction::execute(Transaction& transaction, storage::Slots<CancelTransaction> slots) {
  const auto home = [](const auto& slot) { return slot.input.tenant.home(); };
  for (const auto& [bucket, indices] : storage::by_bucket(slots, home)) {
    std::vector<TransferKey> keys;
    for (const std::size_t index : indices) {
      const Input& input = slots[index].input;
      keys.emplace_back(input.tenant.id(), input.transaction_id);
    }
    Cancellation cancellation(transaction, bucket, keys);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      slots[indices[i]].output = cancellation.cancel(keys[i]);
    }
    cancellation.write();
  }
}

}  // namespace remit::wallets
