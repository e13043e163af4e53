// How entries of the ledger are listed. Values; `run` the operation on the loop thread.
//
// Entries are shown newest first, by the number of their posting; of one posting the debit comes
// first. They are in two tables, and those of payments in all buckets of the tenant.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/ledger/entry.hpp"
#include "remit/storage/operation.hpp"

namespace remit::books {

/// Of an entry in the list.
struct EntryPosition {
  std::int64_t posting_id = 0;
  bool is_debit = false;
};

/// However few entries an account has, a page looks at so many postings of payments and then ends,
/// perhaps with less than was asked for.
inline constexpr std::int64_t kMostLookedAt = 20'000;

struct ListEntries {
  struct Input {
    Tenant tenant;
    std::int64_t limit = 0;
    std::optional<EntryPosition> before = {};
    std::optional<std::string> account = {};
    std::optional<Uuid> transaction = {};
  };
  struct Output {
    std::vector<ledger::Entry> entries;
    std::optional<EntryPosition> next;  ///< the page after it is before this; empty: there is none
  };
  static constexpr std::string_view kName = "ledger_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListEntries> slots);
};

}  // namespace remit::books
