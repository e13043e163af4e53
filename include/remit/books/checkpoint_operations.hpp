// What the database is asked for checkpoints of the ledger. Values; `run` the operations on the
// loop thread.
//
// Reads of postings take a list lane and are short: they delay no request and no settlement. Their
// hashes are computed on the thread of the lane.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/books/checkpoint.hpp"
#include "remit/books/merkle.hpp"
#include "remit/storage/operation.hpp"

namespace remit::books {

/// The last number that a posting has been given, and the transactions that may not have ended
/// since: as soon as none of them is there any more, every posting up to that number is committed,
/// or will never be. See docs/decisions/0023-a-checkpoint-waits-for-those-who-post.md.
struct ReadPostingBound {
  struct Input {};
  struct Output {
    std::int64_t last_posting = 0;
    std::vector<std::string> writers;
  };
  static constexpr std::string_view kName = "checkpoint_bound";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static void execute(storage::Transaction& transaction, storage::Slots<ReadPostingBound> slots);
};

/// Those of them that are still there.
struct FindWriters {
  using Input = std::vector<std::string>;
  using Output = std::vector<std::string>;
  static constexpr std::string_view kName = "checkpoint_writers";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static void execute(storage::Transaction& transaction, storage::Slots<FindWriters> slots);
};

/// One of the tables and buckets in which a tenant has postings.
struct PostingSource {
  Bucket bucket{0};
  bool has_wallets = false;  ///< the postings of its wallets; else all others
};

/// Its postings above one id, and not above another, by their id.
struct PostingPage {
  TenantId tenant;
  PostingSource source;
  std::int64_t after = 0;
  std::int64_t through = 0;
  std::int64_t limit = 0;
};

struct ReadLeaves {
  using Input = PostingPage;
  using Output = std::vector<Leaf>;
  static constexpr std::string_view kName = "checkpoint_leaves";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.source.bucket; }
  static void execute(storage::Transaction& transaction, storage::Slots<ReadLeaves> slots);
};

struct ReadPostings {
  using Input = PostingPage;
  using Output = std::vector<LedgerPosting>;
  static constexpr std::string_view kName = "checkpoint_postings";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.source.bucket; }
  static void execute(storage::Transaction& transaction, storage::Slots<ReadPostings> slots);
};

/// The tenant's last checkpoint, and how long ago it was made.
struct FindLastCheckpoint {
  using Input = Tenant;
  struct Found {
    Checkpoint checkpoint;
    Duration age{0};
  };
  using Output = std::optional<Found>;
  static constexpr std::string_view kName = "checkpoint_last";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindLastCheckpoint> slots);
};

/// By their numbers: up from one, or down from one.
struct ListCheckpoints {
  struct Input {
    Tenant tenant;
    std::optional<std::int64_t> before = {};  ///< empty: from the last one
    std::int64_t limit = 0;
    std::optional<std::int64_t> after = {};  ///< upwards, when it is there
  };
  using Output = std::vector<Checkpoint>;
  static constexpr std::string_view kName = "checkpoint_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListCheckpoints> slots);
};

/// The checkpoint that covers a posting; empty: none does yet.
struct FindCheckpoint {
  struct Input {
    Tenant tenant;
    std::int64_t posting_id = 0;
  };
  struct Covering {
    Checkpoint checkpoint;
    std::int64_t after = kBeforeAll;  ///< the `through_posting` of the one before it
  };
  using Output = std::optional<Covering>;
  static constexpr std::string_view kName = "checkpoint_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindCheckpoint> slots);
};

/// Blocks of a checkpoint, from one on.
struct ReadBlocks {
  struct Input {
    Tenant tenant;
    std::int64_t checkpoint_id = 0;
    std::int64_t from = 0;
    std::int64_t limit = 0;
    bool with_marks = false;
  };
  using Output = std::vector<Block>;
  static constexpr std::string_view kName = "checkpoint_blocks";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ReadBlocks> slots);
};

/// Answers whether it was made: not when there is one of that number, which another instance made.
struct InsertCheckpoint {
  struct Input {
    Tenant tenant;
    Checkpoint checkpoint;
    std::vector<Block> blocks;
  };
  using Output = bool;
  static constexpr std::string_view kName = "checkpoint_insert";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<InsertCheckpoint> slots);
};

}  // namespace remit::books
