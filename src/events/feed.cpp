#include "remit/events/feed.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "remit/outbox/event_operations.hpp"
#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"
#include "tenant_feed.hpp"

namespace remit::events {
namespace {

/// Until one enters, which wakes the job.
constexpr Duration kWhileNoneIsWatched = std::chrono::hours(1);

void log_failure(const Problem& problem) {
  telemetry::log(telemetry::Level::warn, "events could not be read",
                 {{"code", problem.code.name}, {"detail", problem.detail}});
}

/// In the feed's list while one waits.
class Waiting {
 public:
  Waiting(TenantFeed& feed, Alarm& alarm) : feed_(feed), alarm_(alarm) {
    feed_.waiting.insert(&alarm_);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { feed_.waiting.erase(&alarm_); }

 private:
  TenantFeed& feed_;
  Alarm& alarm_;
};

}  // namespace

Subscription::Subscription(TenantFeedPointer feed, Filter filter, Follower& follower)
    : feed_(std::move(feed)), filter_(std::move(filter)), follower_(follower) {}

Subscription::~Subscription() {
  if (follows_) feed_->remove(*this);
}

std::int64_t Subscription::others_are_at() const { return feed_->told; }

void Subscription::follow(std::int64_t seen) {
  seen_ = seen;
  follows_ = true;
  feed_->add(*this);
}

/// `text` is made by the first who needs it.
void Subscription::tell(const outbox::Event& event, EventText& text) {
  if (event.sequence <= seen_ || !filter_.matches(event)) return;
  if (!text) text = std::make_shared<const std::string>(outbox::event_json(event));
  follower_.on_event(event, text);
}

Feed::Feed(const jobs::Context& context, Parts parts, FeedSettings settings)
    : context_(context),
      parts_(std::move(parts)),
      settings_(settings),
      job_(context, "feed", [this] { return turn(); }) {}

Feed::~Feed() = default;

Task<Result<TenantFeedPointer>> Feed::enter(Tenant tenant) {
  if (TenantFeedPointer known = feeds_[tenant.id()].lock()) co_return known;
  const outbox::FindLastEvents::Input wanted{.tenants = {tenant}};
  const auto last = co_await parts_.database.run<outbox::FindLastEvents>(wanted);
  if (!last) co_return fail(last.error());
  std::weak_ptr<TenantFeed>& place = feeds_[tenant.id()];
  if (TenantFeedPointer meanwhile = place.lock()) co_return meanwhile;
  auto feed = std::make_shared<TenantFeed>(tenant);
  if (const auto found = last->find(tenant.id()); found != last->end()) feed->last = found->second;
  feed->told = feed->last;
  place = feed;
  job_.wake();
  co_return feed;
}

Task<Result<bool>> Feed::wait_beyond(Tenant tenant, std::int64_t after, Duration timeout) {
  const Duration deadline = context_.clock.monotonic() + timeout;
  const Result<TenantFeedPointer> entered = co_await enter(tenant);
  if (!entered) co_return fail(entered.error());
  TenantFeed& feed = **entered;
  const std::unique_ptr<Alarm> alarm = context_.alarms.make_alarm();
  const Waiting waiting(feed, *alarm);
  while (feed.last <= after && !job_.is_stopping()) {
    const Duration left = left_until(context_.clock, deadline);
    if (left == Duration::zero()) break;
    co_await alarm->wait(left);
  }
  co_return feed.last > after;
}

void Feed::on_numbered(const std::map<TenantId, std::int64_t>& last) {
  for (const auto& [tenant, number] : last) {
    const auto feed = feeds_.find(tenant);
    if (feed == feeds_.end()) continue;
    if (const TenantFeedPointer watched = feed->second.lock()) on_last(*watched, number);
  }
}

void Feed::on_last(TenantFeed& feed, std::int64_t last) {
  if (last <= feed.last) return;
  feed.last = last;
  for (Alarm* const alarm : feed.waiting) alarm->ring();
  if (feed.followers() == 0) {
    feed.told = feed.last;
  } else if (!std::exchange(feed.is_reading, true)) {
    job_.spawn(read_on(feeds_.at(feed.tenant.id()).lock()));
  }
}

Task<void> Feed::read_on(TenantFeedPointer feed) {
  const std::unique_ptr<Alarm> pause = context_.alarms.make_alarm();
  while (feed->told < feed->last && feed->followers() > 0 && !job_.is_stopping()) {
    const outbox::ReadEvents::Input wanted{
        .tenant = feed->tenant, .after = feed->told, .limit = settings_.page};
    const auto events = co_await parts_.database.run<outbox::ReadEvents>(wanted);
    if (!events) {
      log_failure(events.error());
      co_await pause->wait(settings_.after_failure);
      continue;
    }
    // They were removed before they could be read: nothing of them is left to tell.
    if (events->empty()) feed->told = feed->last;
    for (const outbox::Event& event : *events) feed->tell(event);
  }
  if (feed->followers() == 0) feed->told = feed->last;
  feed->is_reading = false;
}

Task<jobs::Rest> Feed::turn() {
  std::erase_if(feeds_, [](const auto& feed) { return feed.second.expired(); });
  outbox::FindLastEvents::Input wanted;
  for (const auto& [tenant, feed] : feeds_) {
    if (const TenantFeedPointer watched = feed.lock()) wanted.tenants.push_back(watched->tenant);
  }
  if (wanted.tenants.empty()) co_return kWhileNoneIsWatched;
  const auto last = co_await parts_.database.run<outbox::FindLastEvents>(std::move(wanted));
  if (!last) {
    log_failure(last.error());
    co_return settings_.after_failure;
  }
  on_numbered(*last);
  co_return parts_.is_told() ? settings_.slow_poll : settings_.poll;
}

std::int64_t Feed::followers() const {
  std::int64_t followers = 0;
  for (const auto& [tenant, feed] : feeds_) {
    if (const TenantFeedPointer watched = feed.lock()) followers += watched->followers();
  }
  return followers;
}

}  // namespace remit::events
