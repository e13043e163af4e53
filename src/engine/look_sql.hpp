// Who has work in a bucket. For files with SQL alone; called on lane threads.
#pragma once

#include <string_view>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::engine {

struct TenantDue {
  TenantId tenant;
  Timestamp due;  ///< the first
};

/// In the order of their numbers. Reads one entry of each tenant, however many it has.
[[nodiscard]] std::vector<TenantDue> tenants_with_work(storage::Transaction& transaction,
                                                       Bucket bucket, std::string_view kind,
                                                       bool routed);

}  // namespace remit::engine
