// Reading postings of the ledger, of either table. For files with SQL alone; called on lane
// threads.
#pragma once

#include <string>
#include <vector>

#include "remit/books/checkpoint.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::books {

/// "p.posting_id, …" of table `posting p`.
[[nodiscard]] std::string payment_posting_columns();
/// The same of `wallet_posting p`, with wallet_posting_joins.
[[nodiscard]] std::string wallet_posting_columns();
[[nodiscard]] std::string wallet_posting_joins();

/// Of rows with the columns above.
[[nodiscard]] std::vector<LedgerPosting> read_postings(const pqxx::result& rows);

}  // namespace remit::books
