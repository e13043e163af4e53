#include "remit/events/live_events.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace remit::events {
namespace {

/// Less than may be queued for a socket: config::EventsConfig::websocket_queue.
constexpr std::size_t kPage = 100;
constexpr std::size_t kMostUnsent = 262'144;
constexpr int kServiceUnavailable = 503;
/// Of thousands that come back at the same time, as many are served as there are lanes for lists.
constexpr Duration kBeforeAnotherTry = std::chrono::milliseconds(500);
/// With what memory has of keys, a revoked one is noticed within 5 s (docs/api.md §1.3).
constexpr Duration kBetweenChecks = std::chrono::seconds(1);
/// Until there is one, which wakes the job.
constexpr Duration kWithoutSockets = std::chrono::hours(1);

}  // namespace

class LiveEvents::Subscriber final : public Follower {
 public:
  Subscriber(EventService& service, std::shared_ptr<net::WebSocket> socket, EventRequest wanted)
      : service_(service), socket_(std::move(socket)), wanted_(std::move(wanted)) {}

  void enter(TenantFeedPointer feed) {
    subscription_.emplace(std::move(feed), wanted_.filter, *this);
    seen_ = wanted_.after.value_or(subscription_->others_are_at());
  }
  void leave() { subscription_.reset(); }

  void on_event(const outbox::Event& /*event*/, const EventText& text) override {
    socket_->send(text);
  }

  /// Whether there is something that others have seen and it has not.
  [[nodiscard]] bool is_behind() const {
    return subscription_ && socket_->is_open() && seen_ < subscription_->others_are_at();
  }
  void follow() {
    if (subscription_ && socket_->is_open()) subscription_->follow(seen_);
  }

  /// The next page, or none while the database has no time for it. False: it is not to be had, and
  /// the socket is closed.
  Task<bool> send_page(AlarmFactory& alarms) {
    const Result<std::vector<outbox::Event>> events =
        co_await service_.read(wanted_.tenant, seen_, kPage);
    if (!events && events.error().code.status == kServiceUnavailable) {
      const std::unique_ptr<Alarm> pause = alarms.make_alarm();
      co_await pause->wait(kBeforeAnotherTry);
      co_return true;
    }
    if (!events) {
      const bool is_expired = events.error().code == kSequenceExpired;
      socket_->close(is_expired ? kClosedExpired : net::CloseCode::internal_error,
                     events.error().code.name);
      co_return false;
    }
    std::size_t unsent = 0;
    for (const outbox::Event& event : *events) {
      seen_ = event.sequence;
      if (!wanted_.filter.matches(event)) continue;
      auto text = std::make_shared<const std::string>(outbox::event_json(event));
      unsent += text->size();
      socket_->send(std::move(text));
      if (unsent < kMostUnsent && socket_->queued_messages() < kPage) continue;
      const bool is_open = co_await socket_->flushed();
      if (!is_open) co_return false;
      unsent = 0;
    }
    co_return !events->empty();
  }

 private:
  EventService& service_;
  std::shared_ptr<net::WebSocket> socket_;
  EventRequest wanted_;
  std::int64_t seen_ = 0;
  std::optional<Subscription> subscription_;
};

/// Among the sockets of its key, as long as it lives.
class LiveEvents::Place {
 public:
  Place(LiveEvents& owner, Credentials credentials, net::WebSocket& socket)
      : owner_(owner), key_(credentials.caller.key), socket_(socket) {
    if (!key_) return;
    const auto [place, is_new] = owner_.keys_.try_emplace(*key_, OfKey{std::move(credentials), {}});
    place->second.sockets.insert(&socket_);
    if (is_new) owner_.job_.wake();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!key_) return;
    const auto place = owner_.keys_.find(*key_);
    place->second.sockets.erase(&socket_);
    if (place->second.sockets.empty()) owner_.keys_.erase(place);
  }

 private:
  LiveEvents& owner_;
  std::optional<Uuid> key_;
  net::WebSocket& socket_;
};

LiveEvents::LiveEvents(const jobs::Context& context, EventService& service, Feed& feed)
    : context_(context),
      service_(service),
      feed_(feed),
      job_(context, "live events", [this] { return check_callers(); }) {}

Task<void> LiveEvents::send(std::shared_ptr<net::WebSocket> socket, EventRequest wanted,
                            Credentials credentials) {
  const Place place(*this, std::move(credentials), *socket);
  const Result<TenantFeedPointer> feed = co_await feed_.enter(wanted.tenant);
  if (!feed) {
    socket->close(net::CloseCode::try_again_later, feed.error().code.name);
  } else {
    const auto subscriber = std::make_shared<Subscriber>(service_, socket, std::move(wanted));
    subscriber->enter(*feed);
    job_.spawn(catch_up(subscriber, context_.alarms));
    // What a client says means nothing here, but its pongs and its farewell are read in between.
    for (bool has_said = true; has_said;) {
      const std::optional<std::string> said = co_await socket->receive();
      has_said = said.has_value();
    }
    subscriber->leave();
  }
}

Task<jobs::Rest> LiveEvents::check_callers() {
  std::vector<Uuid> keys;
  for (const auto& [key, sockets] : keys_) keys.push_back(key);
  for (const Uuid& key : keys) {
    const auto before = keys_.find(key);
    if (before == keys_.end()) continue;
    const bool goes_on = co_await may_go_on(before->second.credentials);
    const auto now = keys_.find(key);
    if (goes_on || now == keys_.end()) continue;
    for (net::WebSocket* const socket : now->second.sockets) {
      socket->close(net::CloseCode::policy_violation, "the key has ended");
    }
  }
  co_return keys_.empty() ? kWithoutSockets : kBetweenChecks;
}

/// While it cannot be found out, it may.
Task<bool> LiveEvents::may_go_on(Credentials credentials) {
  if (authenticator_ == nullptr) co_return true;
  std::optional<net::Caller> caller = authenticator_->recall(credentials.headers);
  if (!caller) caller = co_await authenticator_->look_up(std::move(credentials.headers));
  if (*caller) co_return (*caller)->scopes.has(net::Scope::events_read);
  co_return (*caller).error().problem.code.status >= 500;
}

Task<void> LiveEvents::catch_up(std::shared_ptr<Subscriber> subscriber, AlarmFactory& alarms) {
  while (subscriber->is_behind()) {
    const bool goes_on = co_await subscriber->send_page(alarms);
    if (!goes_on) co_return;
  }
  subscriber->follow();
}

}  // namespace remit::events
