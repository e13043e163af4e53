#include "remit/events/event_service.hpp"

#include <algorithm>
#include <utility>

#include "remit/outbox/event_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::events {
namespace {

constexpr std::int64_t kReadAtOnce = 200;
/// Of one request, however few of them match.
constexpr std::int64_t kMostLookedAt = 5'000;

Problem expired(std::int64_t oldest) {
  return {kSequenceExpired, "the oldest event that is kept has the sequence " +
                                std::to_string(oldest) +
                                ": go on with after=" + std::to_string(oldest - 1)};
}

}  // namespace

Task<Result<std::vector<outbox::Event>>> EventService::read(Tenant tenant,
                                                            std::optional<std::int64_t> after,
                                                            std::int64_t limit) {
  const std::int64_t from = after.value_or(0);
  const outbox::ReadEvents::Input wanted{.tenant = tenant, .after = from, .limit = limit};
  auto events = co_await database_.run<outbox::ReadEvents>(wanted);
  if (!events) co_return fail(events.error());
  const bool has_gap = after && !events->empty() && events->front().sequence != from + 1;
  if (has_gap) co_return fail(expired(events->front().sequence));
  co_return std::move(*events);
}

Task<Result<EventPage>> EventService::list(EventRequest request) {
  const Duration deadline = clock_.monotonic() + request.wait;
  std::optional<std::int64_t> after = request.after;
  EventPage page{.events = {}, .seen = after.value_or(0)};
  std::int64_t looked_at = 0;
  while (true) {
    Result<std::vector<outbox::Event>> events = co_await read(request.tenant, after, kReadAtOnce);
    if (!events) co_return fail(events.error());
    for (outbox::Event& event : *events) {
      if (page.events.size() == request.limit) {
        page.has_more = true;
        co_return page;
      }
      page.seen = event.sequence;
      ++looked_at;
      if (request.filter.matches(event)) page.events.push_back(std::move(event));
    }
    if (!events->empty()) after = page.seen;
    if (looked_at >= kMostLookedAt) {
      page.has_more = true;
      co_return page;
    }
    if (!events->empty()) continue;
    const Duration left = left_until(clock_, deadline);
    if (!page.events.empty() || left == Duration::zero()) co_return page;
    const Result<bool> has_more =
        co_await feed_.wait_beyond(request.tenant, after.value_or(0), left);
    if (!has_more) co_return fail(has_more.error());
    if (!*has_more) co_return page;
  }
}

}  // namespace remit::events
