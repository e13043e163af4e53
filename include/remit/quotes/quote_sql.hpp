// The SQL of the `quote` table for use inside another store's transaction: set-based, one statement
// for all rows of a bucket. For files with SQL alone; lane thread. Database errors are thrown as
// storage throws them; refusals are Problems in the row's place.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "remit/quotes/quote_operations.hpp"

namespace remit::quotes {

using StoredQuote = InsertQuote::Input;
using QuoteKey = FindQuote::Input;

struct Consumption {
  Tenant tenant;
  Uuid quote_id;
  Uuid payment_id;
  Timestamp now;  ///< the quote must expire after it
};

void insert_quotes(storage::Transaction& transaction, std::span<const StoredQuote> quotes);

/// kUnavailable in the place of one that only a newer version can read.
using FoundQuote = Result<std::optional<Quote>>;

/// In the order of the keys.
[[nodiscard]] std::vector<FoundQuote> find_quotes(storage::Transaction& transaction,
                                                  std::span<const QuoteKey> keys);

/// Consumes each quote for its payment, in the order given: kQuoteNotFound, kQuoteExpired,
/// kQuoteAlreadyUsed, kUnavailable. Two payments for one quote in one batch: one gets it. Rows are
/// locked in the order of buckets and keys.
[[nodiscard]] std::vector<Result<Quote>> consume_quotes(storage::Transaction& transaction,
                                                        std::span<const Consumption> consumptions);

}  // namespace remit::quotes
