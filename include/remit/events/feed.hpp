// The events of this process's subscribers, as they get their numbers: each is read once, and
// turned into text once, for all who follow a tenant.
//
//   auto feed = co_await feeds.enter(tenant);
//   Subscription mine(*feed, filter, follower);
//   while (seen < mine.others_are_at()) seen = …   // read, page by page
//   mine.follow(seen);                             // what comes after it, by on_event
//
// What a follower is told has no gap and nothing twice. That there is more is said at once by the
// sequencer of this process; another's is seen by asking for the last numbers of all tenants that
// are watched, together. Nothing is asked while none is.
//
// Owned by app::Services; loop thread. Failures are logged and tried again: events are late then.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/events/filter.hpp"
#include "remit/jobs/job.hpp"
#include "remit/outbox/fact.hpp"

namespace remit::storage {
class Database;
}

namespace remit::events {

struct FeedSettings {
  Duration poll = std::chrono::milliseconds(15);        ///< while numbers are given elsewhere
  Duration slow_poll = std::chrono::milliseconds(250);  ///< while they are given here
  Duration after_failure = std::chrono::seconds(1);
  std::int64_t page = 500;  ///< events that are read at a time, nearly
};

using EventText = std::shared_ptr<const std::string>;

/// Is told what its filter matches, in the order of the numbers. It must not wait, nor end a
/// subscription in the call.
class Follower : public Interface {
 public:
  virtual void on_event(const outbox::Event& event, const EventText& text) = 0;
};

class TenantFeed;
using TenantFeedPointer = std::shared_ptr<TenantFeed>;

/// A follower's place. As long as it lives, its tenant is watched.
class Subscription {
 public:
  Subscription(TenantFeedPointer feed, Filter filter, Follower& follower);
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();

  /// The number up to which followers have been told.
  [[nodiscard]] std::int64_t others_are_at() const;
  /// What comes after that number, which is no earlier than where the others are. Once.
  void follow(std::int64_t seen);

  [[nodiscard]] const Filter& filter() const { return filter_; }
  void tell(const outbox::Event& event, EventText& text);

 private:
  TenantFeedPointer feed_;
  Filter filter_;
  Follower& follower_;
  std::int64_t seen_ = 0;
  bool follows_ = false;
};

class Feed {
 public:
  struct Parts {
    storage::Database& database;
    /// Whether this process's sequencer gives the numbers, and so will say so.
    std::function<bool()> is_told;
  };

  Feed(const jobs::Context& context, Parts parts, FeedSettings settings = {});
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed();

  [[nodiscard]] jobs::Job& job() { return job_; }

  /// Of the sequencer: these are the last numbers now.
  void on_numbered(const std::map<TenantId, std::int64_t>& last);

  /// The feed of a tenant; it is where the tenant's numbers are, or further back.
  Task<Result<TenantFeedPointer>> enter(Tenant tenant);
  /// Whether there is a number after that one, now or within the time.
  Task<Result<bool>> wait_beyond(Tenant tenant, std::int64_t after, Duration timeout);

  [[nodiscard]] std::int64_t followers() const;

 private:
  Task<jobs::Rest> turn();
  void on_last(TenantFeed& feed, std::int64_t last);
  Task<void> read_on(TenantFeedPointer feed);

  jobs::Context context_;
  Parts parts_;
  FeedSettings settings_;
  std::map<TenantId, std::weak_ptr<TenantFeed>> feeds_;
  jobs::Job job_;
};

}  // namespace remit::events
