// Recomputes the checkpoints of a tenant from its postings, and says what is the first that does
// not fit: a posting that was changed, removed, added or put in another's place, or a checkpoint.
//
// Reads pages, and keeps one block and the roots of one checkpoint. Of one coroutine; loop thread.
// Failures are those of the database; what does not fit is a result.
#pragma once

#include <cstdint>
#include <string>

#include "remit/base/task.hpp"
#include "remit/books/ledger_reader.hpp"
#include "remit/storage/database.hpp"

namespace remit::books {

struct Verdict {
  std::int64_t checkpoints = 0;  ///< that fit
  std::int64_t postings = 0;     ///< in checkpoints that fit
  std::int64_t uncovered = 0;    ///< that no checkpoint covers yet; not counted after a fault
  Digest root_hash = {};         ///< of the last checkpoint that fits
  std::string fault = {};        ///< what does not fit; empty: everything does
};

/// `page` postings are read at a time.
[[nodiscard]] Task<Result<Verdict>> verify_ledger(storage::Database* database, Tenant tenant,
                                                  std::int64_t page = LedgerReader::kUsualPage);

}  // namespace remit::books
