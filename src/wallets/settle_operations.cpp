#include "remit/wallets/settle_operations.hpp"

#include <algorithm>
#include <tuple>

#include "remit/storage/values.hpp"
#include "wallet_facts_sql.hpp"

namespace remit::wallets {
namespace {

auto position(const DueEntry& entry) {
  return std::tuple(entry.due_at, entry.tenant, entry.transaction_id);
}

SettleDue::Output settle(storage::Transaction& transaction, const SettleDue::Input& input) {
  std::vector<DueEntry> entries = take_due(transaction, input.bucket, input.limit);
  // In the order in which they are due, however large a batch is.
  std::ranges::sort(entries, {}, position);
  if (!entries.empty()) {
    WantedWallets wanted;
    for (const DueEntry& entry : entries) {
      wanted.ids.emplace_back(entry.tenant, entry.from);
      wanted.ids.emplace_back(entry.tenant, entry.to);
    }
    std::ranges::sort(wanted.ids);
    const auto repeated = std::ranges::unique(wanted.ids);
    wanted.ids.erase(repeated.begin(), repeated.end());
    LockedWallets wallets(transaction, input.bucket, wanted);
    std::vector<TransferRow> ended;
    ended.reserve(entries.size());
    for (const DueEntry& entry : entries) {
      ended.push_back({entry.tenant, end_due(wallets.book(entry.tenant), entry, wallets.now())});
    }
    const std::vector<WalletRow> changed = wallets.write(transaction);
    end_and_complete(transaction, input.bucket, ended);
    write_facts(transaction, input.bucket, wallets.now(), ended, changed);
  }
  return {.ended = static_cast<std::int64_t>(entries.size()),
          .next_in = first_due(transaction, input.bucket)};
}

// From one bucket to the next by the index, which is many steps shorter than to read it whole.
constexpr storage::Statement kBuckets{"wallet_due_buckets", R"(
    WITH RECURSIVE found AS (
      (SELECT bucket, due_at FROM wallet_due ORDER BY bucket, due_at LIMIT 1)
      UNION ALL
      SELECT next.bucket, next.due_at
      FROM found CROSS JOIN LATERAL (
        SELECT bucket, due_at FROM wallet_due WHERE bucket > found.bucket
        ORDER BY bucket, due_at LIMIT 1) next)
    SELECT bucket, due_at, now() FROM found)"};

}  // namespace

void SettleDue::execute(storage::Transaction& transaction, storage::Slots<SettleDue> slots) {
  for (auto& slot : slots) {
    const auto began = std::chrono::steady_clock::now();
    SettleDue::Output output = settle(transaction, slot.input);
    output.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
    slot.output = output;
  }
}

void FindDueBuckets::execute(storage::Transaction& transaction,
                             storage::Slots<FindDueBuckets> slots) {
  Output found;
  for (const auto& row : transaction.execute(kBuckets)) {
    const auto [bucket, due_at, now] = storage::read_row<Bucket, Timestamp, Timestamp>(row);
    found.emplace(bucket, due_at - now);
  }
  for (auto& slot : slots) slot.output = found;
}

}  // namespace remit::wallets
