// Events over a WebSocket: what there is after a number, and then what comes, as it comes.
//
// A subscriber that has not seen everything is sent it page by page, at the speed at which it
// reads; from where the others are it is one of them. Then one that reads too slowly is closed with
// 1013 when more is queued for it than its bound.
//
// Owned by app::Services, outlives the server; loop thread.
#pragma once

#include <memory>

#include "remit/events/event_service.hpp"
#include "remit/jobs/task_group.hpp"
#include "remit/net/websocket.hpp"

namespace remit::events {

/// The application's own codes of WebSocket closes.
inline constexpr auto kClosedExpired = static_cast<net::CloseCode>(4410);

class LiveEvents {
 public:
  LiveEvents(const jobs::Context& context, EventService& service, Feed& feed)
      : service_(service), feed_(feed), catching_up_(context, "catching up with events") {}

  /// Until the socket is closed. `wanted.after`: what was seen; empty: what comes from now on.
  Task<void> send(std::shared_ptr<net::WebSocket> socket, EventRequest wanted);

  /// Of the last of them; true: by then.
  Task<bool> ended(Duration timeout) { return catching_up_.wait(timeout); }

 private:
  class Subscriber;
  static Task<void> catch_up(std::shared_ptr<Subscriber> subscriber);

  EventService& service_;
  Feed& feed_;
  jobs::TaskGroup catching_up_;
};

}  // namespace remit::events
