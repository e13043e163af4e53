// Quotes for the transactions of others: quotes/quote_sql.cpp again.
#pragma once

#include <map>
#include <set>

#include "remit/quotes/quote_operations.hpp"
#include "simulation/operations.hpp"
#include "simulation/tables.hpp"

namespace remit::simulation {

[[nodiscard]] Work insert_quote(Transaction* transaction, TenantId tenant, quotes::Quote quote);
/// Null: there is none.
[[nodiscard]] const quotes::Quote* find_quote(const Transaction& transaction,
                                              const Tables::Key& key);
/// SELECT … FOR UPDATE in the order of the keys; `locked` as they are once they are held.
[[nodiscard]] Work lock_quotes(Transaction* transaction, const std::set<Tables::Key>* keys,
                               std::map<Tables::Key, quotes::Quote>* locked);
/// One of those locked, for a payment; the next one finds it used.
[[nodiscard]] Result<quotes::Quote> consume_quote(Transaction& transaction,
                                                  std::map<Tables::Key, quotes::Quote>& locked,
                                                  const Tables::Key& key, Uuid payment_id,
                                                  Timestamp now);

}  // namespace remit::simulation
