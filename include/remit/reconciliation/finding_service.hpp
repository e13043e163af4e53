// Findings as operators read them. Owned by the Application; loop thread. Problems:
// kFindingNotFound and those of the database.
#pragma once

#include <utility>

#include "remit/base/task.hpp"
#include "remit/reconciliation/finding_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::reconciliation {

class FindingService {
 public:
  explicit FindingService(storage::Database& database) : database_(database) {}

  Task<Result<std::vector<Finding>>> list(ListFindings::Input wanted) {
    return database_.run<ListFindings>(std::move(wanted));
  }
  Task<Result<Finding>> find(Tenant tenant, Uuid id);

 private:
  storage::Database& database_;
};

}  // namespace remit::reconciliation
