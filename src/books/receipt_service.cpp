#include "remit/books/receipt_service.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/books/entry_operations.hpp"
#include "remit/books/ledger_reader.hpp"
#include "remit/payments/payment_operations.hpp"
#include "remit/telemetry/log.hpp"
#include "remit/wallets/wallet_operations.hpp"

namespace remit::books {
namespace {

/// A conversion that is compensated posts some thirty.
constexpr std::int64_t kMostEntries = 1'000;
constexpr std::int64_t kBlocksAtOnce = 5'000;

Problem misfit(Tenant tenant, std::int64_t posting_id) {
  telemetry::log(telemetry::Level::error, "the ledger is not what its checkpoint says",
                 {{"tenant", tenant.id().value()}, {"posting", posting_id}});
  return {kInternal, "the ledger is not what its checkpoint says"};
}

/// Of "17-d"; empty: of an entry that is not written.
std::optional<std::int64_t> posting_of(const ledger::Entry& entry) {
  return parse_number<std::int64_t>(
      std::string_view(entry.id).substr(0, entry.id.find_last_of('-')));
}

}  // namespace

bool Receipt::is_pending() const {
  return std::ranges::any_of(postings, [](const ProvenPosting& each) { return !each.proof; });
}

Task<Result<Receipt>> ReceiptService::of_payment(Tenant tenant, Uuid id) {
  const payments::FindPayment::Input wanted{.tenant = tenant, .payment_id = id};
  const auto found = co_await database_.run<payments::FindPayment>(wanted);
  if (!found) co_return fail(found.error());
  if (!*found) {
    co_return fail(payments::kPaymentNotFound, "there is no payment " + id.to_string());
  }
  co_return co_await receipt(tenant, id);
}

Task<Result<Receipt>> ReceiptService::of_transaction(Tenant tenant, Uuid id) {
  const wallets::FindTransfer::Input wanted{.tenant = tenant, .id = id};
  const auto found = co_await database_.run<wallets::FindTransfer>(wanted);
  if (!found) co_return fail(found.error());
  if (!*found) {
    co_return fail(wallets::kTransactionNotFound, "there is no transaction " + id.to_string());
  }
  co_return co_await receipt(tenant, id);
}

Task<Result<Receipt>> ReceiptService::receipt(Tenant tenant, Uuid id) {
  ListEntries::Input wanted{.tenant = tenant, .limit = kMostEntries};
  wanted.transaction = id;
  const auto listed = co_await database_.run<ListEntries>(std::move(wanted));
  if (!listed) co_return fail(listed.error());
  Receipt receipt;
  std::set<std::int64_t> ids;
  for (const ledger::Entry& entry : listed->entries) {
    const auto posting = posting_of(entry);
    if (posting && *posting > 0) {
      ids.insert(*posting);
    } else {
      receipt.follows = true;
    }
  }
  std::optional<Open> open;
  for (const std::int64_t posting_id : ids) {
    auto posting = co_await read(tenant, posting_id);
    if (!posting) co_return fail(std::move(posting.error()));
    auto proof = co_await prove(tenant, posting_id, &open);
    if (!proof) co_return fail(std::move(proof.error()));
    receipt.postings.push_back({*std::move(posting), *std::move(proof)});
  }
  co_return receipt;
}

Task<Result<LedgerPosting>> ReceiptService::read(Tenant tenant, std::int64_t posting_id) {
  for (const PostingSource& source : sources_of(tenant)) {
    const PostingPage page{.tenant = tenant.id(),
                           .source = source,
                           .after = posting_id - 1,
                           .through = posting_id,
                           .limit = 1};
    auto found = co_await database_.run<ReadPostings>(page);
    if (!found) co_return fail(std::move(found.error()));
    if (!found->empty()) co_return std::move(found->front());
  }
  co_return fail(misfit(tenant, posting_id));
}

Task<Result<std::optional<Proof>>> ReceiptService::prove(Tenant tenant, std::int64_t posting_id,
                                                         std::optional<Open>* open) {
  const bool is_open = *open && posting_id >= (*open)->leaves.front().posting_id &&
                       posting_id <= (*open)->leaves.back().posting_id;
  if (!is_open) {
    const FindCheckpoint::Input wanted{.tenant = tenant, .posting_id = posting_id};
    const auto covering = co_await database_.run<FindCheckpoint>(wanted);
    if (!covering) co_return fail(covering.error());
    if (!*covering) co_return std::nullopt;
    auto opened = co_await open_block(tenant, **covering, posting_id);
    if (!opened) co_return fail(std::move(opened.error()));
    *open = *std::move(opened);
  }
  const Open& block = **open;
  const auto leaf = std::ranges::find(block.leaves, posting_id, &Leaf::posting_id);
  if (leaf == block.leaves.end()) co_return fail(misfit(tenant, posting_id));
  const std::int64_t index = leaf - block.leaves.begin();
  Proof proof{.checkpoint = block.covering.checkpoint,
              .leaf_index = block.block * static_cast<std::int64_t>(kBlockLeaves) + index,
              .audit_path = audit_path(block.hashes, static_cast<std::size_t>(index))};
  const std::vector<Digest> above = audit_path(block.roots, static_cast<std::size_t>(block.block));
  proof.audit_path.insert(proof.audit_path.end(), above.begin(), above.end());
  co_return proof;
}

// What is handed out is proved here first: a receipt that does not hold is a sign of an attack, and
// not for a client to find.
Task<Result<ReceiptService::Open>> ReceiptService::open_block(Tenant tenant,
                                                              FindCheckpoint::Covering covering,
                                                              std::int64_t posting_id) {
  const Checkpoint& checkpoint = covering.checkpoint;
  const ReadBlocks::Input wanted{
      .tenant = tenant, .checkpoint_id = checkpoint.id, .limit = kBlocksAtOnce};
  const auto blocks = co_await database_.run<ReadBlocks>(wanted);
  if (!blocks) co_return fail(blocks.error());
  Open open{.covering = covering, .roots = {}, .leaves = {}, .hashes = {}};
  for (const Block& block : *blocks) open.roots.push_back(block.root);
  const auto next = std::ranges::upper_bound(*blocks, posting_id, {}, &Block::first_posting);
  if (next == blocks->begin() || root_of(*blocks) != checkpoint.merkle_root) {
    co_return fail(misfit(tenant, posting_id));
  }
  open.block = next - blocks->begin() - 1;
  const std::int64_t after = open.block == 0 ? covering.after : (next - 1)->first_posting - 1;
  const std::int64_t through =
      next == blocks->end() ? checkpoint.through_posting : next->first_posting - 1;
  LedgerReader reader(database_, tenant, after, through);
  for (bool has_more = true; has_more && open.leaves.size() <= kBlockLeaves;) {
    const auto leaves = co_await reader.next();
    if (!leaves) co_return fail(leaves.error());
    open.leaves.insert(open.leaves.end(), leaves->begin(), leaves->end());
    has_more = !leaves->empty();
  }
  for (const Leaf& leaf : open.leaves) open.hashes.push_back(leaf.hash);
  if (open.hashes.empty() || merkle_root(open.hashes) != (next - 1)->root) {
    co_return fail(misfit(tenant, posting_id));
  }
  co_return open;
}

Task<Result<std::vector<Checkpoint>>> ReceiptService::list(ListCheckpoints::Input wanted) {
  auto found = co_await database_.run<ListCheckpoints>(std::move(wanted));
  co_return found;
}

Task<Result<Checkpoint>> ReceiptService::latest(Tenant tenant) {
  const auto found = co_await database_.run<FindLastCheckpoint>(tenant);
  if (!found) co_return fail(found.error());
  if (!*found) co_return fail(kCheckpointNotFound, "no checkpoint of the ledger was made yet");
  co_return (*found)->checkpoint;
}

}  // namespace remit::books
