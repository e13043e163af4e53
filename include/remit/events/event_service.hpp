// The events of a tenant: by pages, waiting for the next when there is none yet.
//
// Owned by app::Services; loop thread. Fails as storage does, or with the code below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/base/tenant.hpp"
#include "remit/events/feed.hpp"
#include "remit/events/filter.hpp"
#include "remit/outbox/fact.hpp"

namespace remit::events {

inline constexpr ProblemCode kSequenceExpired{"SEQUENCE_EXPIRED", 410,
                                              "Events after that one are gone"};

struct EventRequest {
  explicit EventRequest(Tenant whose) : tenant(whose) {}

  Tenant tenant;
  /// Events after this number; empty: from the first that is kept.
  std::optional<std::int64_t> after;
  Filter filter;
  std::size_t limit = 20;
  Duration wait{0};  ///< for one that matches
};

struct EventPage {
  std::vector<outbox::Event> events;
  /// Everything up to this number has been looked at: where the next page goes on.
  std::int64_t seen = 0;
  bool has_more = false;  ///< after it
};

class EventService {
 public:
  EventService(storage::Database& database, Feed& feed, const Clock& clock)
      : database_(database), feed_(feed), clock_(clock) {}

  /// Looks at a bounded number of events: a page of a narrow filter may be empty and have more.
  Task<Result<EventPage>> list(EventRequest request);

  /// Those after a number, whether they match or not; at least one unless there is none.
  Task<Result<std::vector<outbox::Event>>> read(Tenant tenant, std::optional<std::int64_t> after,
                                                std::int64_t limit);

 private:
  storage::Database& database_;
  Feed& feed_;
  const Clock& clock_;
};

}  // namespace remit::events
