// Reading and writing transfers, and what is due of them, inside a larger transaction. For files
// with SQL alone; called on lane threads.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "remit/storage/transaction.hpp"
#include "transfer_rules.hpp"

namespace remit::wallets {

/// Those that were not there: where the id is taken, nothing is written.
[[nodiscard]] std::vector<TransferKey> insert_transfers(storage::Transaction& transaction,
                                                        Bucket bucket,
                                                        std::span<const TransferRow> rows);

[[nodiscard]] std::vector<TransferRow> find_transfers(storage::Transaction& transaction,
                                                      Bucket bucket,
                                                      std::span<const TransferKey> keys);

/// Stores their status, what was moved, and the reason.
void end_transfers(storage::Transaction& transaction, Bucket bucket,
                   std::span<const TransferRow> rows);
/// The same, for rows that do not have what only the table says: gives them `delay_seconds` and
/// `created_at`. A row that is not there is a defect: std::logic_error.
void end_and_complete(storage::Transaction& transaction, Bucket bucket,
                      std::span<TransferRow> rows);

/// "t.tenant_id, …, from_user, to_user, currency", of a wallet_transaction t.
[[nodiscard]] std::string shown_transfer_columns();
/// The joins that those columns need.
[[nodiscard]] std::string_view transfer_joins();
[[nodiscard]] std::vector<TransferRow> read_transfers(const pqxx::result& rows);

void insert_due(storage::Transaction& transaction, Bucket bucket,
                std::span<const DueEntry> entries);

/// Removes the entries of these transfers, but for those that another transaction has.
[[nodiscard]] std::vector<DueEntry> take_entries(storage::Transaction& transaction, Bucket bucket,
                                                 std::span<const TransferRow> rows);

/// Removes so many that are due, the earliest first, but for those that another transaction has.
[[nodiscard]] std::vector<DueEntry> take_due(storage::Transaction& transaction, Bucket bucket,
                                             std::int64_t limit);
/// In how long the first of those that are there is due; zero: it is.
[[nodiscard]] std::optional<Duration> first_due(storage::Transaction& transaction, Bucket bucket);

}  // namespace remit::wallets
