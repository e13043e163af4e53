#include "remit/webhooks/delivery_service.hpp"

namespace remit::webhooks {
namespace {

/// In one transaction.
constexpr std::int64_t kEventsAtOnce = 500;
/// Of one request, however few of them the endpoint wants.
constexpr int kMostTransactions = 200;

Problem not_found(const DeliveryId& which) {
  return {kDeliveryNotFound, "there is no webhook delivery " + which.id.to_string()};
}

}  // namespace

Task<Result<std::vector<Delivery>>> DeliveryService::list(ListDeliveries::Input wanted) {
  const Uuid endpoint = wanted.endpoint.id;
  auto found = co_await database_.run<ListDeliveries>(std::move(wanted));
  if (!found) co_return fail(found.error());
  if (!*found) {
    co_return fail(kEndpointNotFound, "there is no webhook endpoint " + endpoint.to_string());
  }
  co_return **std::move(found);
}

Task<Result<Delivery>> DeliveryService::find(DeliveryId which, bool with_answer) {
  const FindDelivery::Input wanted{.which = which, .with_answer = with_answer};
  auto found = co_await database_.run<FindDelivery>(wanted);
  if (!found) co_return fail(found.error());
  if (!*found) co_return fail(not_found(which));
  co_return **std::move(found);
}

Task<Result<Delivery>> DeliveryService::redeliver(DeliveryId which) {
  auto begun = co_await database_.run<RedeliverEvent>(which);
  if (!begun) co_return fail(begun.error());
  if (!*begun) co_return fail(not_found(which));
  on_begun_();
  co_return **std::move(begun);
}

Task<Result<Replayed>> DeliveryService::replay(EndpointKey endpoint, Timestamp since,
                                               std::int64_t after) {
  Replayed replayed{.last_seen = after, .has_more = true};
  for (int i = 0; i < kMostTransactions && replayed.has_more; ++i) {
    if (replayed.count >= kMostReplayed) break;
    const ReplayEvents::Input page{
        .endpoint = endpoint, .since = since, .after = replayed.last_seen, .events = kEventsAtOnce};
    const auto begun = co_await database_.run<ReplayEvents>(page);
    if (!begun) co_return fail(begun.error());
    replayed.count += begun->begun;
    replayed.last_seen = begun->seen;
    replayed.has_more = begun->has_more;
  }
  if (replayed.count > 0) on_begun_();
  co_return replayed;
}

}  // namespace remit::webhooks
