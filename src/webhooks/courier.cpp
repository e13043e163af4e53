#include "remit/webhooks/courier.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "courier_service.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::webhooks {
namespace {

constexpr std::array kLatencyBounds = {0.005, 0.01, 0.025, 0.05, 0.1,  0.25,
                                       0.5,   1.0,  2.5,   5.0,  10.0, 15.0};
/// Served at a time; more of them wait for the next look.
constexpr std::size_t kMostServed = 2'000;
/// An endpoint without deliveries is remembered for so long.
constexpr Duration kRemembered = std::chrono::minutes(10);
/// A task that waits looks now and then whether the job is stopping.
constexpr Duration kLongestWait = std::chrono::milliseconds(500);

constexpr std::string_view kEventIsGone =
    "the event is no longer kept (events.keep), so that there is nothing to be sent";

void log_failure(std::string_view what, const Problem& problem) {
  telemetry::log(telemetry::Level::warn, what,
                 {{"code", problem.code.name}, {"detail", problem.detail}});
}

}  // namespace

Courier::Courier(const jobs::Context& context, Parts parts, CourierSettings settings)
    : context_(context),
      parts_(parts),
      settings_(std::move(settings)),
      places_(std::make_unique<Places>(settings_)),
      latency_(kLatencyBounds),
      job_(context, "webhook courier", [this] { return turn(); }) {}

Courier::~Courier() = default;

void Courier::stop() {
  job_.stop();
  places_->proven.close();
  places_->others.close();
  for (const auto& [id, service] : services_) service->slot_alarm->ring();
}

Task<jobs::Rest> Courier::turn() {
  const Duration since = context_.clock.monotonic() - looked_at_;
  if (since < settings_.busy_pause) co_return settings_.busy_pause - since;
  looked_at_ = context_.clock.monotonic();
  LookForDeliveries::Input look;
  Result<std::vector<DueLine>> lines = co_await parts_.database.run<LookForDeliveries>(look);
  if (!lines) {
    log_failure("webhook deliveries could not be looked for", lines.error());
    counts_.oldest_due.reset();
    co_return settings_.after_failure;
  }
  std::ranges::sort(*lines, {}, &DueLine::due_in);
  on_seen(*lines);
  Duration rest = settings_.poll;
  for (const DueLine& line : *lines) {
    if (line.due_in > Duration::zero()) rest = std::min(rest, line.due_in);
  }
  co_return std::max(rest, settings_.busy_pause);
}

void Courier::on_seen(const std::vector<DueLine>& lines) {
  forget_idle();
  Duration oldest{0};
  for (const DueLine& seen : lines) {
    if (seen.due_in > Duration::zero()) break;
    const bool is_known = services_.contains(seen.endpoint.id);
    if (!is_known && services_.size() >= kMostServed) continue;
    const ServicePointer service = service_of(seen);
    service->line.limit(seen.max_per_second, settings_.instances);
    if (!service->is_failing && !service->line.is_limited()) {
      oldest = std::max(oldest, -seen.due_in);
    }
    service->used_at = looked_at_;
    service->has_news = true;
    if (!std::exchange(service->is_served, true)) job_.spawn(serve(service));
  }
  counts_.oldest_due = oldest;
}

Courier::ServicePointer Courier::service_of(const DueLine& line) {
  ServicePointer& service = services_[line.endpoint.id];
  if (!service) service = std::make_shared<Service>(line.endpoint, context_.alarms);
  return service;
}

void Courier::forget_idle() {
  std::erase_if(services_, [&](const auto& entry) {
    const Service& service = *entry.second;
    return !service.is_served && service.line.in_hand() == 0 &&
           looked_at_ - service.used_at > kRemembered;
  });
}

Task<void> Courier::serve(ServicePointer service) {
  while (!job_.is_stopping()) {
    const Duration now = context_.clock.monotonic();
    const std::int64_t room = service->line.room(now);
    if (room == 0) {
      const Duration pause = service->line.pause(now);
      const Duration wait = pause > Duration::zero() ? pause : kLongestWait;
      co_await service->slot_alarm->wait(std::min(wait, kLongestWait));
      continue;
    }
    service->has_news = false;
    const bool has_more = co_await serve_some(service, room);
    // What was seen after the claim was asked for may be nothing that it found.
    if (!has_more && !service->has_news) break;
  }
  service->is_served = false;
}

Task<bool> Courier::serve_some(ServicePointer service, std::int64_t most) {
  const Duration asked_at = context_.clock.monotonic();
  const Duration lease = settings_.timeout + settings_.hold + settings_.margin;
  const ClaimDeliveries::Input wanted{.endpoint = service->endpoint, .most = most, .lease = lease};
  auto claimed = co_await parts_.database.run<ClaimDeliveries>(wanted);
  if (!claimed) {
    log_failure("webhook deliveries could not be claimed", claimed.error());
    co_await service->slot_alarm->wait(settings_.after_failure);
    co_return false;
  }
  if (claimed->deliveries.empty() || !claimed->destination) co_return false;
  service->line.on_claimed(static_cast<std::int64_t>(claimed->deliveries.size()));
  const Mode mode = claimed->destination->mode;
  auto opened = parts_.endpoints.open(service->endpoint, *std::move(claimed->destination));
  if (!opened) log_failure("webhook deliveries cannot be signed", opened.error());
  const auto destination =
      opened ? std::make_shared<const Destination>(*std::move(opened)) : nullptr;
  for (ClaimedDelivery& delivery : claimed->deliveries) {
    Errand errand{.delivery = std::move(delivery),
                  .destination = destination,
                  .mode = mode,
                  .claimed_at = asked_at,
                  .begin_by = asked_at + settings_.hold,
                  .lease_until = asked_at + lease};
    co_await carry(service, std::move(errand));
  }
  // What it is signed with may be back when it is looked for again.
  if (!destination) co_await service->slot_alarm->wait(settings_.after_failure);
  co_return destination != nullptr;
}

Task<void> Courier::carry(ServicePointer service, Errand errand) {
  if (!errand.destination) {
    job_.spawn(release(std::move(service), std::move(errand)));
    co_return;
  }
  if (!errand.delivery.event) {
    SaveAttempt::Input gone = service->outcome_of(errand);
    gone.state = DeliveryState::dead_lettered;
    gone.was_made = false;
    gone.error = kEventIsGone;
    job_.spawn(save(std::move(service), std::move(errand), std::move(gone)));
    co_return;
  }
  errand.place = co_await place_for(service, errand.begin_by);
  if (errand.place == nullptr) {
    job_.spawn(release(std::move(service), std::move(errand)));
    co_return;
  }
  if (context_.clock.monotonic() - errand.claimed_at > settings_.fresh) {
    errand.destination = co_await look_again(service);
    if (!errand.destination) {
      errand.place->give_back();
      job_.spawn(release(std::move(service), std::move(errand)));
      co_return;
    }
  }
  service->line.on_begun(context_.clock.monotonic());
  job_.spawn(attempt(std::move(service), std::move(errand)));
}

Task<std::shared_ptr<const Destination>> Courier::look_again(ServicePointer service) {
  const FindDestination::Input which = service->endpoint;
  Result<std::optional<SealedDestination>> found =
      co_await parts_.database.run<FindDestination>(which);
  if (!found) {
    log_failure("a webhook endpoint could not be looked at", found.error());
    co_return nullptr;
  }
  if (!*found || !(*found)->enabled) co_return nullptr;
  Result<Destination> opened = parts_.endpoints.open(service->endpoint, **std::move(found));
  if (opened) co_return std::make_shared<const Destination>(*std::move(opened));
  log_failure("webhook deliveries cannot be signed", opened.error());
  co_return nullptr;
}

Task<Turns*> Courier::place_for(ServicePointer service, Duration begin_by) {
  const Clock& clock = context_.clock;
  while (true) {
    const Duration now = clock.monotonic();
    if (job_.is_stopping() || now >= begin_by) co_return nullptr;
    const Duration pause = service->line.pause(now);
    if (pause == Duration::zero() && service->line.has_slot()) break;
    const Duration wait = pause > Duration::zero() ? std::min(pause, kLongestWait) : kLongestWait;
    const Duration left = std::min(wait, begin_by - now);
    co_await service->slot_alarm->wait(left);
  }
  Turns& turns = service->line.is_proven() ? places_->proven : places_->others;
  const bool has_place =
      co_await turns.take(*service->place_alarm, clock, left_until(clock, begin_by));
  if (has_place && job_.is_stopping()) {
    turns.give_back();
    co_return nullptr;
  }
  co_return has_place ? &turns : nullptr;
}

Task<void> Courier::attempt(ServicePointer service, Errand errand) {
  const outbox::Event& event = *errand.delivery.event;
  Message message{
      .id = outbox::event_id(event),
      .body = outbox::event_json(
          event, errand.mode == Mode::full ? outbox::Detail::full : outbox::Detail::thin),
      .trace = {}};
  ++counts_.in_flight;
  Destination destination = *errand.destination;
  Attempt made = co_await parts_.sender.send(std::move(destination), std::move(message));
  --counts_.in_flight;
  errand.place->give_back();
  const bool is_interrupted = job_.is_stopping() && made.status == 0;
  service->on_attempted(made.is_delivered());
  latency_.add(std::chrono::duration<double>(made.latency).count());
  if (is_interrupted) {
    co_await release(std::move(service), std::move(errand));
    co_return;
  }
  const Verdict verdict =
      judge(made, errand.delivery.attempts, settings_.schedule, parts_.ids.next());
  SaveAttempt::Input outcome = service->outcome_of(errand);
  outcome.state = verdict.state;
  outcome.pause = verdict.pause;
  outcome.status = made.status;
  outcome.error = std::move(made.error);
  outcome.answer = std::move(made.answer);
  if (verdict.is_gone) outcome.gone_url = errand.destination->url;
  co_await save(std::move(service), std::move(errand), std::move(outcome));
}

Task<void> Courier::save(ServicePointer service, Errand errand, SaveAttempt::Input input) {
  const std::unique_ptr<Alarm> pause = context_.alarms.make_alarm();
  bool is_settled = false;
  while (!is_settled && context_.clock.monotonic() < errand.lease_until) {
    SaveAttempt::Input outcome = input;
    const Result<bool> saved = co_await parts_.database.run<SaveAttempt>(std::move(outcome));
    is_settled = saved.has_value() || job_.is_stopping();
    if (saved) {
      count(input, *saved);
    } else {
      log_failure("the outcome of a webhook delivery could not be saved", saved.error());
      if (!is_settled) co_await pause->wait(settings_.after_failure);
    }
  }
  service->on_settled();
}

Task<void> Courier::release(ServicePointer service, Errand errand) {
  const ReleaseDelivery::Input given{.which = service->key_of(errand.delivery),
                                     .version = errand.delivery.version};
  const Result<void> released = co_await parts_.database.run<ReleaseDelivery>(given);
  if (!released) log_failure("a webhook delivery is left to its lease", released.error());
  service->on_settled();
}

void Courier::count(const SaveAttempt::Input& outcome, bool is_saved) {
  if (!is_saved) {
    ++counts_.unsaved;
    return;
  }
  switch (outcome.state) {
    case DeliveryState::delivered:
      ++counts_.delivered;
      break;
    case DeliveryState::pending:
      ++counts_.failed;
      break;
    case DeliveryState::dead_lettered:
      ++counts_.dead_lettered;
      break;
  }
}

CourierStatistics Courier::statistics() const {
  CourierStatistics now = counts_;
  now.endpoints =
      std::ranges::count_if(services_, [](const auto& entry) { return entry.second->is_served; });
  return now;
}

}  // namespace remit::webhooks
