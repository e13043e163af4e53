// Writing facts inside the statement that makes them. For files with SQL alone; called on lane
// threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "remit/base/tenant.hpp"
#include "remit/base/uuid.hpp"
#include "remit/outbox/fact.hpp"
#include "remit/storage/columns.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::outbox {

/// What one step of a resource makes: so many facts, a line each.
struct FactRow {
  TenantId tenant;
  Uuid id;
  std::int64_t step = 0;
  std::int32_t size = 0;
  std::string lines;
};

class FactArrays : public storage::RowArrays<FactRow> {
 public:
  FactArrays();
  /// Nothing, when there are none.
  void add(TenantId tenant, const Uuid& id, std::int64_t step, std::span<const Fact> facts);
  [[nodiscard]] bool empty() const { return is_empty_; }

 private:
  bool is_empty_ = true;
};

/// As a part of a larger statement, a common table expression: the facts of those rows for which
/// `condition` holds, an expression over tenant_id, id and step. It has to ask what has been
/// written, so that the facts come after it: see event_body.batch_id. Its parameters are
/// FactArrays, of one bucket, which is given as the parameter of the statement that has it ("$1").
[[nodiscard]] storage::Filling insert_facts(std::string bucket, std::string condition);

/// As a statement of its own, after those that wrote what the facts are about. Nothing, when there
/// are none.
void write_facts(storage::Transaction& transaction, Bucket bucket, const FactArrays& facts);

}  // namespace remit::outbox
