#include "remit/books/checkpointer.hpp"

#include <algorithm>
#include <utility>

#include "remit/auth/tenant_operations.hpp"
#include "remit/base/jitter.hpp"
#include "remit/books/ledger_reader.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::books {
namespace {

using telemetry::Level;

constexpr Duration kAfterFailure = std::chrono::seconds(1);
constexpr Duration kLongestLook = std::chrono::seconds(1);

void log_failure(std::string_view what, const Problem& problem, TenantId tenant) {
  telemetry::log(
      Level::warn, what,
      {{"tenant", tenant.value()}, {"code", problem.code.name}, {"detail", problem.detail}});
}

/// Of the leaves, which are all above the last one.
Checkpoint checkpoint_of(const std::optional<FindLastCheckpoint::Found>& last,
                         const std::vector<Block>& blocks) {
  Checkpoint made;
  made.id = last ? last->checkpoint.id + 1 : 1;
  if (last) made.previous_hash = last->checkpoint.root_hash;
  made.first_posting = blocks.front().first_posting;
  made.merkle_root = root_of(blocks);
  return made;
}

}  // namespace

Checkpointer::Checkpointer(const jobs::Context& context, Parts parts, CheckpointSettings settings)
    : parts_(parts), settings_(settings), job_(context, "checkpoints", [this] { return turn(); }) {}

Task<jobs::Rest> Checkpointer::turn() {
  const auto bound = co_await find_bound();
  if (!bound) {
    telemetry::log(Level::warn, "checkpoints of the ledger wait",
                   {{"code", bound.error().code.name}, {"detail", bound.error().detail}});
    co_return kAfterFailure;
  }
  if (!*bound) co_return waiting_->look;
  // Instances that were started together do not do the same work for long.
  const Duration usual = with_jitter(settings_.interval, parts_.ids.next());
  if (**bound == finished_) co_return usual;
  const std::optional<Duration> rest = co_await extend_all(**bound);
  if (!rest) finished_ = **bound;
  co_return std::min(rest.value_or(usual), usual);
}

// The transactions are kept until all of them have ended, however many others begin meanwhile: a
// busy database cannot put a checkpoint off for ever. One that does not end does; nothing can be
// said about its postings.
Task<Result<std::optional<std::int64_t>>> Checkpointer::find_bound() {
  if (waiting_) {
    std::vector<std::string> known = waiting_->bound.writers;
    auto left = co_await parts_.database.run<FindWriters>(std::move(known));
    if (!left) co_return fail(std::move(left.error()));
    waiting_->bound.writers = *std::move(left);
  } else {
    const ReadPostingBound::Input now;
    auto bound = co_await parts_.database.run<ReadPostingBound>(now);
    if (!bound) co_return fail(std::move(bound.error()));
    waiting_ = Waiting{
        .bound = *std::move(bound), .since = parts_.clock.monotonic(), .look = settings_.look};
    if (waiting_->bound.last_posting == finished_) waiting_->bound.writers.clear();
  }
  if (!waiting_->bound.writers.empty()) {
    note_wait();
    co_return std::nullopt;
  }
  const std::int64_t through = waiting_->bound.last_posting;
  waiting_.reset();
  co_return through;
}

void Checkpointer::note_wait() {
  const Duration waited = parts_.clock.monotonic() - waiting_->since;
  waiting_->look = std::min(waiting_->look * 2, kLongestLook);
  if (waited < settings_.patience || std::exchange(waiting_->is_logged, true)) return;
  telemetry::log(Level::warn, "checkpoints of the ledger wait for a transaction that does not end",
                 {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(waited).count()},
                  {"transaction", waiting_->bound.writers.front()}});
}

/// Empty: every tenant has all of it. Otherwise how long until the first of the others.
Task<std::optional<Duration>> Checkpointer::extend_all(std::int64_t through) {
  const auth::ListTenants::Input all;
  const auto tenants = co_await parts_.database.run<auth::ListTenants>(all);
  if (!tenants) {
    log_failure("checkpoints of the ledger wait", tenants.error(), TenantId(0));
    co_return kAfterFailure;
  }
  std::optional<Duration> rest;
  for (const auth::TenantRow& row : *tenants) {
    if (job_.is_stopping()) co_return Duration{0};
    const auto left = co_await extend(row.tenant, through);
    if (!left) log_failure("a checkpoint of the ledger was not made", left.error(), row.tenant);
    const std::optional<Duration> after = left ? *left : std::optional(kAfterFailure);
    if (after) rest = std::min(rest.value_or(*after), *after);
  }
  co_return rest;
}

Task<Result<std::optional<Duration>>> Checkpointer::extend(Tenant tenant, std::int64_t through) {
  const auto last = co_await parts_.database.run<FindLastCheckpoint>(tenant);
  if (!last) co_return fail(last.error());
  const std::int64_t after = *last ? (*last)->checkpoint.through_posting : kBeforeAll;
  if (after >= through) co_return std::nullopt;
  LedgerReader reader(parts_.database, tenant, after, through, settings_.page);
  BlockBuilder builder;
  bool has_more = true;
  while (has_more && builder.leaves() < settings_.most_postings) {
    const auto leaves = co_await reader.next();
    if (!leaves) co_return fail(leaves.error());
    // Whatever there is waits until the last one is old enough: an instance that begins, or one
    // beside others, makes no more of them.
    const Duration age = *last ? (*last)->age : settings_.interval;
    if (!leaves->empty() && age < settings_.interval) co_return settings_.interval - age;
    if (job_.is_stopping()) co_return Duration{0};
    for (const Leaf& leaf : *leaves) builder.add(leaf);
    has_more = !leaves->empty();
  }
  if (builder.leaves() == 0) co_return std::nullopt;
  const std::int64_t postings = builder.leaves();
  const std::int64_t last_posting = builder.last_posting();
  std::vector<Block> blocks = builder.finish();
  Checkpoint checkpoint = checkpoint_of(*last, blocks);
  checkpoint.postings = postings;
  checkpoint.through_posting = has_more ? last_posting : through;
  checkpoint.root_hash = root_hash_of(checkpoint);
  InsertCheckpoint::Input input{
      .tenant = tenant, .checkpoint = checkpoint, .blocks = std::move(blocks)};
  const Result<bool> inserted = co_await parts_.database.run<InsertCheckpoint>(std::move(input));
  if (!inserted) co_return fail(inserted.error());
  if (*inserted) {
    ++made_;
    covered_ += postings;
  }
  if (has_more || !*inserted) co_return settings_.interval;
  co_return std::nullopt;
}

}  // namespace remit::books
