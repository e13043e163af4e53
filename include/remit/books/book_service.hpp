// The books as clients read them: entries of the ledger, and what they come to.
//
// Owned by the Application; loop thread. Problems are those of the database.
#pragma once

#include "remit/base/task.hpp"
#include "remit/books/balance_operations.hpp"
#include "remit/books/entry_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::books {

class BookService {
 public:
  explicit BookService(storage::Database& database) : database_(database) {}

  Task<Result<ListEntries::Output>> list(ListEntries::Input wanted) {
    return database_.run<ListEntries>(std::move(wanted));
  }
  Task<Result<FindTrialBalance::Output>> trial_balance(Tenant tenant) {
    return database_.run<FindTrialBalance>(std::move(tenant));
  }

 private:
  storage::Database& database_;
};

}  // namespace remit::books
