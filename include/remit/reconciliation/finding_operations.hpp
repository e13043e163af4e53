// What the database is asked about findings. Values; `run` the operations on the loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/reconciliation/finding.hpp"
#include "remit/storage/operation.hpp"

namespace remit::reconciliation {

/// Stores what is wrong and tells of it, unless it is known already; and resolves what is wrong no
/// more. One with something done about it is resolved at once. Answers how many are new.
struct RecordFindings {
  struct Input {
    Tenant tenant;
    std::vector<Finding> wrong;
    std::vector<Finding> right;  ///< their kinds and resources count
  };
  using Output = std::int64_t;
  static constexpr std::string_view kName = "finding_record";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<RecordFindings> slots);
};

/// Newest first.
struct ListFindings {
  struct Input {
    Tenant tenant;
    std::int64_t limit = 0;
    std::optional<std::pair<Timestamp, Uuid>> before = {};
    bool open_only = false;
  };
  using Output = std::vector<Finding>;
  static constexpr std::string_view kName = "finding_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListFindings> slots);
};

struct FindFinding {
  struct Input {
    Tenant tenant;
    Uuid id;
  };
  using Output = std::optional<Finding>;
  static constexpr std::string_view kName = "finding_get";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindFinding> slots);
};

/// Whether it is this instance's turn: when none has begun one for that long.
struct TakeTurn {
  struct Input {
    Duration interval{};
  };
  using Output = bool;
  static constexpr std::string_view kName = "reconciliation_turn";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static void execute(storage::Transaction& transaction, storage::Slots<TakeTurn> slots);
};

}  // namespace remit::reconciliation
