#include "remit/books/verifier.hpp"

#include <algorithm>
#include <utility>

namespace remit::books {
namespace {

constexpr std::int64_t kCheckpointsAtOnce = 100;
constexpr std::int64_t kBlocksAtOnce = 1'000;

/// What fits is an empty text.
using Finding = Result<std::string>;

std::string checkpoint_text(std::int64_t id) { return "checkpoint " + std::to_string(id); }

std::string posting_text(std::int64_t id, std::string_view what) {
  return "posting " + std::to_string(id) + " " + std::string(what);
}

/// What a checkpoint says by itself, beside the one before it.
std::string fault_of(const Checkpoint& checkpoint, const Checkpoint& previous) {
  const std::string its = checkpoint_text(checkpoint.id);
  if (checkpoint.id != previous.id + 1) return checkpoint_text(previous.id + 1) + " was removed";
  if (checkpoint.root_hash != root_hash_of(checkpoint)) return its + " was changed";
  if (checkpoint.previous_hash != previous.root_hash) {
    return its + " does not follow from the one before it";
  }
  if (checkpoint.through_posting <= previous.through_posting) {
    return its + " covers what the one before it covers";
  }
  return {};
}

/// The first of the leaves that is not what it was, by the marks of their block. Empty: each has
/// its mark.
struct Difference {
  enum class Kind : std::uint8_t { none, changed, removed, added };
  Kind kind = Kind::none;
  std::int64_t posting_id = 0;
};

Difference first_difference(std::string_view marks, const std::vector<Leaf>& leaves) {
  using Kind = Difference::Kind;
  const std::size_t count = marks.size() / kMarkSize;
  for (std::size_t i = 0; i < std::max(count, leaves.size()); ++i) {
    const std::string_view mark = marks.substr(std::min(i, count) * kMarkSize, kMarkSize);
    if (i >= count) return {Kind::added, leaves[i].posting_id};
    const std::int64_t expected = marked_posting(mark);
    if (i >= leaves.size() || leaves[i].posting_id > expected) return {Kind::removed, expected};
    if (leaves[i].posting_id < expected) return {Kind::added, leaves[i].posting_id};
    if (mark_of(leaves[i]) != mark) return {Kind::changed, expected};
  }
  return {};
}

/// Of one checkpoint.
class CheckpointCheck {
 public:
  CheckpointCheck(storage::Database& database, const Tenant& tenant, const Checkpoint& checkpoint,
                  std::int64_t after, std::int64_t page)
      : database_(database),
        tenant_(tenant),
        checkpoint_(checkpoint),
        reader_(database, tenant, after, checkpoint.through_posting, page) {}

  Task<Finding> run() {
    const Finding read = co_await read_blocks();
    if (!read || !read->empty()) co_return read;
    for (const Block& block : blocks_) {
      const Finding found = co_await check_block(&block);
      if (!found || !found->empty()) co_return found;
    }
    const auto more = co_await take(1);
    if (!more) co_return fail(more.error());
    if (more->empty()) co_return std::string();
    co_return its(posting_text(more->front().posting_id, "was added"));
  }

 private:
  [[nodiscard]] std::string its(const std::string& fault) const {
    return fault + " (" + checkpoint_text(checkpoint_.id) + ")";
  }

  /// Their roots, which have the checkpoint's.
  Task<Finding> read_blocks() {
    for (bool has_more = true; has_more;) {
      const ReadBlocks::Input wanted{.tenant = tenant_,
                                     .checkpoint_id = checkpoint_.id,
                                     .from = static_cast<std::int64_t>(blocks_.size()),
                                     .limit = kBlocksAtOnce};
      const auto read = co_await database_.run<ReadBlocks>(wanted);
      if (!read) co_return fail(read.error());
      blocks_.insert(blocks_.end(), read->begin(), read->end());
      has_more = std::cmp_equal(read->size(), kBlocksAtOnce);
    }
    const std::string fault = "the blocks of " + checkpoint_text(checkpoint_.id) + " were changed";
    const auto leaves = static_cast<std::size_t>(checkpoint_.postings);
    if (blocks_.size() != (leaves + kBlockLeaves - 1) / kBlockLeaves) co_return fault;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (std::cmp_not_equal(blocks_[i].number, i)) co_return fault;
    }
    co_return root_of(blocks_) == checkpoint_.merkle_root ? std::string() : fault;
  }

  /// So many of the next leaves; fewer when there are no more.
  Task<Result<std::vector<Leaf>>> take(std::size_t count) {
    bool has_more = true;
    while (ahead_.size() < count && has_more) {
      const auto read = co_await reader_.next();
      if (!read) co_return fail(read.error());
      ahead_.insert(ahead_.end(), read->begin(), read->end());
      has_more = !read->empty();
    }
    const auto end = ahead_.begin() + static_cast<std::ptrdiff_t>(std::min(count, ahead_.size()));
    std::vector<Leaf> taken(ahead_.begin(), end);
    ahead_.erase(ahead_.begin(), end);
    co_return taken;
  }

  Task<Finding> check_block(const Block* block) {
    const auto before = static_cast<std::int64_t>(kBlockLeaves) * block->number;
    const std::int64_t own =
        std::min(static_cast<std::int64_t>(kBlockLeaves), checkpoint_.postings - before);
    const auto leaves = co_await take(static_cast<std::size_t>(own));
    if (!leaves) co_return fail(leaves.error());
    std::vector<Digest> hashes;
    for (const Leaf& leaf : *leaves) hashes.push_back(leaf.hash);
    const bool fits =
        !hashes.empty() && std::cmp_equal(hashes.size(), own) && merkle_root(hashes) == block->root;
    if (!fits) co_return co_await explain(block, &*leaves);
    if (leaves->front().posting_id == block->first_posting) co_return std::string();
    co_return its("block " + std::to_string(block->number) + " was changed");
  }

  Task<Finding> explain(const Block* block, const std::vector<Leaf>* leaves) {
    using Kind = Difference::Kind;
    const ReadBlocks::Input wanted{.tenant = tenant_,
                                   .checkpoint_id = checkpoint_.id,
                                   .from = block->number,
                                   .limit = 1,
                                   .with_marks = true};
    const auto read = co_await database_.run<ReadBlocks>(wanted);
    if (!read) co_return fail(read.error());
    const std::string marks = read->empty() ? std::string() : read->front().marks;
    const Difference found = first_difference(marks, *leaves);
    if (found.kind == Kind::removed) co_return its(posting_text(found.posting_id, "was removed"));
    if (found.kind == Kind::added) co_return its(posting_text(found.posting_id, "was added"));
    if (found.kind == Kind::changed) co_return co_await explain_change(marks, found.posting_id);
    co_return its("postings from " + std::to_string(block->first_posting) + " on were changed");
  }

  /// It may be what another posting of its block was.
  Task<Finding> explain_change(std::string marks, std::int64_t id) {
    for (const PostingSource& source : sources_of(tenant_)) {
      const PostingPage one{
          .tenant = tenant_.id(), .source = source, .after = id - 1, .through = id, .limit = 1};
      auto read = co_await database_.run<ReadPostings>(one);
      if (!read) co_return fail(read.error());
      if (read->empty()) continue;
      const std::int64_t other = find_mark(marks, read->front());
      if (other != id) {
        co_return its(posting_text(id, "is what posting " + std::to_string(other) +
                                           " was: they were put in another order"));
      }
    }
    co_return its(posting_text(id, "was changed"));
  }

  /// Under which id the posting has its mark; its own: under none.
  static std::int64_t find_mark(std::string_view marks, LedgerPosting posting) {
    const std::int64_t own = posting.posting_id;
    for (; marks.size() >= kMarkSize; marks.remove_prefix(kMarkSize)) {
      posting.posting_id = marked_posting(marks);
      const Leaf leaf{posting.posting_id, leaf_hash(leaf_text(posting))};
      if (mark_of(leaf) == marks.substr(0, kMarkSize)) return posting.posting_id;
    }
    return own;
  }

  storage::Database& database_;
  Tenant tenant_;
  const Checkpoint& checkpoint_;
  LedgerReader reader_;
  std::vector<Block> blocks_;
  std::vector<Leaf> ahead_;
};

Task<Result<std::int64_t>> count_above(storage::Database* database, Tenant tenant,
                                       std::int64_t after, std::int64_t page) {
  LedgerReader reader(*database, tenant, after, std::numeric_limits<std::int64_t>::max(), page);
  std::int64_t count = 0;
  for (bool has_more = true; has_more;) {
    const auto leaves = co_await reader.next();
    if (!leaves) co_return fail(leaves.error());
    count += static_cast<std::int64_t>(leaves->size());
    has_more = !leaves->empty();
  }
  co_return count;
}

}  // namespace

Task<Result<Verdict>> verify_ledger(storage::Database* database, Tenant tenant, std::int64_t page) {
  Verdict verdict;
  Checkpoint previous{.through_posting = kBeforeAll};
  for (bool has_more = true; has_more;) {
    const ListCheckpoints::Input wanted{
        .tenant = tenant, .limit = kCheckpointsAtOnce, .after = previous.id};
    const auto checkpoints = co_await database->run<ListCheckpoints>(wanted);
    if (!checkpoints) co_return fail(checkpoints.error());
    for (const Checkpoint& checkpoint : *checkpoints) {
      verdict.fault = fault_of(checkpoint, previous);
      if (!verdict.fault.empty()) co_return verdict;
      CheckpointCheck check(*database, tenant, checkpoint, previous.through_posting, page);
      Finding found = co_await check.run();
      if (!found) co_return fail(found.error());
      verdict.fault = *std::move(found);
      if (!verdict.fault.empty()) co_return verdict;
      ++verdict.checkpoints;
      verdict.postings += checkpoint.postings;
      verdict.root_hash = checkpoint.root_hash;
      previous = checkpoint;
    }
    has_more = std::cmp_equal(checkpoints->size(), kCheckpointsAtOnce);
  }
  const auto uncovered = co_await count_above(database, tenant, previous.through_posting, page);
  if (!uncovered) co_return fail(uncovered.error());
  verdict.uncovered = *uncovered;
  co_return verdict;
}

}  // namespace remit::books
