// Writing postings inside the transaction of the movement that makes them. For files with SQL
// alone; called on lane threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/ledger/posting.hpp"
#include "remit/storage/columns.hpp"

namespace remit::ledger {

/// As a part of a larger statement: an INSERT of those postings for which `condition` holds, an
/// expression over tenant_id, transaction_id and step. Its parameters are PostingArrays, of one
/// bucket, which is given as the parameter of the statement that has it ("$1").
[[nodiscard]] storage::Filling insert_postings(std::string bucket, std::string condition);

/// The key (transaction, step, line) is unique, so the same movement cannot be posted twice.
struct PostingRow {
  TenantId tenant;
  Uuid transaction_id;
  std::int64_t step = 0;
  std::int32_t line = 0;
  const Posting* posting = nullptr;
  Timestamp posted_at;
};

class PostingArrays : public storage::RowArrays<PostingRow> {
 public:
  PostingArrays();
  void add(TenantId tenant, const Uuid& transaction_id, std::int64_t step, Timestamp posted_at,
           const std::vector<Posting>& postings);
};

}  // namespace remit::ledger
