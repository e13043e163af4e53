// Writing postings inside the transaction of the movement that makes them. For files with SQL
// alone; called on lane threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/ledger/posting.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::ledger {

/// All postings of one step of one transaction. The key (transaction, step, line) is unique, so the
/// same movement cannot be posted twice.
struct Movement {
  TenantId tenant;
  Uuid transaction_id;
  std::int64_t step = 0;
  Timestamp posted_at;
  std::vector<Posting> postings;
};

void insert_movements(storage::Transaction& transaction, const std::vector<Movement>& movements);

/// The same as a part of a larger statement: an INSERT over `kPostingParameters` parameters from
/// number `first` on, of those postings for which `condition` holds, an expression over tenant_id,
/// transaction_id and step.
inline constexpr int kPostingParameters = 10;
[[nodiscard]] std::string insert_postings_sql(int first, std::string_view condition);

/// The parameters of such a statement.
struct PostingArrays {
  storage::ArrayParameter tenants, ids, steps, lines, kinds, debits, credits, amounts, currencies,
      instants;

  void add(TenantId tenant, const Uuid& transaction_id, std::int64_t step, Timestamp posted_at,
           const std::vector<Posting>& postings);
};

}  // namespace remit::ledger
