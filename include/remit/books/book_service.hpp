// The books as clients read them: entries of the ledger.
//
// Owned by the Application; loop thread. Problems are those of the database.
#pragma once

#include "remit/base/task.hpp"
#include "remit/books/entry_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::books {

class BookService {
 public:
  explicit BookService(storage::Database& database) : database_(database) {}

  Task<Result<ListEntries::Output>> list(ListEntries::Input wanted) {
    return database_.run<ListEntries>(std::move(wanted));
  }

 private:
  storage::Database& database_;
};

}  // namespace remit::books
