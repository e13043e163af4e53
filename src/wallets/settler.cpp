#include "remit/wallets/settler.hpp"

#include <algorithm>

#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"
#include "remit/wallets/settle_operations.hpp"

namespace remit::wallets {
namespace {

constexpr Duration kAfterFailure = std::chrono::seconds(1);
/// While all that is due is being ended by others.
constexpr Duration kWhileTaken = std::chrono::milliseconds(50);
constexpr std::int64_t kFirstBatch = 500;
/// What a batch costs by itself is little beside so many.
constexpr std::int64_t kLeastBatch = 500;

void log_failure(const Problem& problem) {
  telemetry::log(telemetry::Level::warn, "transfers wait to be settled",
                 {{"code", problem.code.name}, {"detail", problem.detail}});
}

}  // namespace

Settler::Settler(const jobs::Context& context, Parts parts, SettlerSettings settings)
    : parts_(parts),
      settings_(settings),
      batch_(std::min(kFirstBatch, settings.most)),
      job_(context, "settler", [this] { return turn(); }) {}

void Settler::note(Bucket bucket, Duration instant) {
  const auto [known, is_new] = due_.try_emplace(bucket, instant);
  if (!is_new) known->second = std::min(known->second, instant);
}

void Settler::expect(Bucket bucket, Duration due_in) {
  note(bucket, parts_.clock.monotonic() + due_in);
  // Later, the next look finds it in time.
  if (due_in < settings_.look) job_.wake();
}

Task<jobs::Rest> Settler::turn() {
  if (parts_.clock.monotonic() >= next_look_) {
    const bool has_looked = co_await look();
    if (!has_looked) co_return kAfterFailure;
  }
  const auto first = std::ranges::min_element(due_, {}, &std::pair<const Bucket, Duration>::second);
  const bool is_due = first != due_.end() && first->second <= parts_.clock.monotonic();
  if (is_due) {
    const Bucket bucket = first->first;
    due_.erase(first);
    const bool is_settled = co_await settle(bucket);
    if (!is_settled) co_return kAfterFailure;
    co_return Duration::zero();
  }
  const Duration next = first == due_.end() ? next_look_ : std::min(next_look_, first->second);
  co_return left_until(parts_.clock, next);
}

Task<bool> Settler::look() {
  const auto found = co_await parts_.database.run<FindDueBuckets>(FindDueBuckets::Input());
  if (!found) {
    log_failure(found.error());
    co_return false;
  }
  const Duration now = parts_.clock.monotonic();
  oldest_due_ = Duration::zero();
  for (const auto& [bucket, due_in] : *found) {
    note(bucket, now + std::max(due_in, Duration::zero()));
    oldest_due_ = std::max(oldest_due_, -due_in);
  }
  next_look_ = now + settings_.look;
  co_return true;
}

Task<bool> Settler::settle(Bucket bucket) {
  const SettleDue::Input input{.bucket = bucket, .limit = batch_};
  const auto done = co_await parts_.database.run<SettleDue>(input);
  const Duration now = parts_.clock.monotonic();
  if (!done) {
    log_failure(done.error());
    note(bucket, now);
    co_return false;
  }
  ended_ += done->ended;
  if (done->next_in) {
    const bool is_taken = done->ended == 0 && *done->next_in == Duration::zero();
    note(bucket, now + (is_taken ? kWhileTaken : *done->next_in));
  }
  adapt(done->took, done->ended);
  co_return true;
}

void Settler::adapt(Duration took, std::int64_t ended) {
  if (took > settings_.slice) {
    batch_ = std::max(kLeastBatch, batch_ / 2);
  } else if (took < settings_.slice / 2 && ended == batch_) {
    batch_ = std::min(settings_.most, batch_ * 2);
  }
}

}  // namespace remit::wallets
