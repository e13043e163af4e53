#include "remit/books/ledger_reader.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace remit::books {
namespace {

constexpr std::int64_t kShortestPage = 16;

}  // namespace

std::vector<PostingSource> sources_of(const Tenant& tenant) {
  std::vector<PostingSource> sources = {{.bucket = tenant.home(), .has_wallets = true}};
  for (const Bucket bucket : tenant.buckets()) {
    sources.push_back({.bucket = bucket, .has_wallets = false});
  }
  return sources;
}

LedgerReader::LedgerReader(storage::Database& database, const Tenant& tenant, std::int64_t after,
                           std::int64_t through, std::int64_t page)
    : database_(database), through_(through) {
  const std::vector<PostingSource> sources = sources_of(tenant);
  const auto count = static_cast<std::int64_t>(sources.size());
  // Most tenants have two sources, of which one is empty.
  const std::int64_t limit =
      count <= 2 ? page : std::max(page / count, std::min(page, kShortestPage));
  for (const PostingSource& source : sources) {
    sources_.push_back({.page = {.tenant = tenant.id(),
                                 .source = source,
                                 .after = after,
                                 .through = through,
                                 .limit = limit},
                        .leaves = {}});
  }
}

Task<Result<void>> LedgerReader::fill(Source* source) {
  PostingPage page = source->page;
  auto read = co_await database_.run<ReadLeaves>(page);
  if (!read) co_return fail(std::move(read.error()));
  source->leaves = *std::move(read);
  source->has_more = std::cmp_equal(source->leaves.size(), page.limit);
  if (source->has_more) source->page.after = source->leaves.back().posting_id;
  co_return Result<void>();
}

Task<Result<std::vector<Leaf>>> LedgerReader::next() {
  std::int64_t known = through_;  // up to which everything has been read
  for (Source& source : sources_) {
    if (source.leaves.empty() && source.has_more) {
      const Result<void> filled = co_await fill(&source);
      if (!filled) co_return fail(filled.error());
    }
    if (source.has_more) known = std::min(known, source.leaves.back().posting_id);
  }
  std::vector<Leaf> leaves;
  for (Source& source : sources_) {
    const auto end = std::ranges::upper_bound(source.leaves, known, {}, &Leaf::posting_id);
    leaves.insert(leaves.end(), source.leaves.begin(), end);
    source.leaves.erase(source.leaves.begin(), end);
  }
  std::ranges::sort(leaves, {},
                    [](const Leaf& leaf) { return std::tie(leaf.posting_id, leaf.hash); });
  co_return leaves;
}

}  // namespace remit::books
