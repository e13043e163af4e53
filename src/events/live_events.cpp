#include "remit/events/live_events.hpp"

#include <optional>
#include <string>
#include <utility>

namespace remit::events {
namespace {

/// Less than may be queued for a socket: config::EventsConfig::websocket_queue.
constexpr std::int64_t kPage = 100;

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

  /// False: there is nothing more to be done for it.
  [[nodiscard]] bool is_behind() const {
    return subscription_ && socket_->is_open() && seen_ < subscription_->others_are_at();
  }
  void follow() {
    if (subscription_ && socket_->is_open()) subscription_->follow(seen_);
  }

  /// The next page; false: it is not to be had, and the socket is closed.
  Task<bool> send_page() {
    const Result<std::vector<outbox::Event>> events =
        co_await service_.read(wanted_.tenant, seen_, kPage);
    if (!events) {
      const bool is_expired = events.error().code == kSequenceExpired;
      socket_->close(is_expired ? kClosedExpired : net::CloseCode::try_again_later,
                     events.error().code.name);
      co_return false;
    }
    for (const outbox::Event& event : *events) {
      seen_ = event.sequence;
      if (!wanted_.filter.matches(event)) continue;
      socket_->send(std::make_shared<const std::string>(outbox::event_json(event)));
    }
    const bool is_sent = co_await socket_->flushed();
    co_return is_sent && !events->empty();
  }

 private:
  EventService& service_;
  std::shared_ptr<net::WebSocket> socket_;
  EventRequest wanted_;
  std::int64_t seen_ = 0;
  std::optional<Subscription> subscription_;
};

Task<void> LiveEvents::send(std::shared_ptr<net::WebSocket> socket, EventRequest wanted) {
  const Result<TenantFeedPointer> feed = co_await feed_.enter(wanted.tenant);
  if (!feed) {
    socket->close(net::CloseCode::try_again_later, feed.error().code.name);
  } else {
    const auto subscriber = std::make_shared<Subscriber>(service_, socket, std::move(wanted));
    subscriber->enter(*feed);
    catching_up_.spawn(catch_up(subscriber));
    // What a client says means nothing here, but its pongs and its farewell are read in between.
    while (co_await socket->receive()) {
    }
    subscriber->leave();
  }
}

Task<void> LiveEvents::catch_up(std::shared_ptr<Subscriber> subscriber) {
  while (subscriber->is_behind()) {
    const bool goes_on = co_await subscriber->send_page();
    if (!goes_on) co_return;
  }
  subscriber->follow();
}

}  // namespace remit::events
