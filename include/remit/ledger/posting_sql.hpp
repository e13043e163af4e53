// Writing postings inside the transaction of the movement that makes them, and the sums that prove
// the books. For *_store.cpp files alone; called on lane threads.
#pragma once

#include <cstdint>
#include <string>
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
  TenantId tenant = kDefaultTenant;
  Uuid transaction_id;
  std::int64_t step = 0;
  Timestamp posted_at;
  std::vector<Posting> postings;
};

void insert_movements(storage::Transaction& transaction, const std::vector<Movement>& movements);

}  // namespace remit::ledger
