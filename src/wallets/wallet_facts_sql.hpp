// What is told of wallets and transactions, written in the transaction that changes them. For files
// with SQL alone; called on lane threads.
#pragma once

#include <span>

#include "transfer_sql.hpp"
#include "wallet_sql.hpp"

namespace remit::wallets {

/// A transaction that is new, or has ended: `transaction.reserved`, `.completed`, `.cancelled`,
/// `.failed` by its status; and `wallet.updated` of each wallet that changed.
void write_facts(storage::Transaction& transaction, Bucket bucket, Timestamp now,
                 std::span<const TransferRow> transfers, std::span<const WalletRow> wallets);

}  // namespace remit::wallets
