// The postings of a tenant as leaves, in the order of their ids, whatever tables and buckets they
// are in: a merge of pages, of which it keeps one for each source.
//
// Of one coroutine; loop thread. Failures are those of the database.
#pragma once

#include <vector>

#include "remit/base/task.hpp"
#include "remit/books/checkpoint_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::books {

/// Where postings of a tenant can be.
[[nodiscard]] std::vector<PostingSource> sources_of(const Tenant& tenant);

class LedgerReader {
 public:
  /// Leaves that are kept in all, about.
  static constexpr std::int64_t kUsualPage = 2'048;

  /// Of the postings above `after`, and not above `through`.
  LedgerReader(storage::Database& database, const Tenant& tenant, std::int64_t after,
               std::int64_t through, std::int64_t page = kUsualPage);

  /// The next ones; empty: there are no more.
  Task<Result<std::vector<Leaf>>> next();

 private:
  struct Source {
    PostingPage page;          ///< the next one
    std::vector<Leaf> leaves;  ///< read, and not handed out
    bool has_more = true;
  };
  Task<Result<void>> fill(Source* source);

  storage::Database& database_;
  std::int64_t through_;
  std::vector<Source> sources_;
};

}  // namespace remit::books
