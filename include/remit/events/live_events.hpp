// Events over a WebSocket: what there is after a number, and then what comes, as it comes.
//
// A subscriber that has not seen everything is sent it page by page, at the speed at which it
// reads; from where the others are it is one of them. Then one that reads too slowly is closed with
// 1013 when more is queued for it than its bound.
//
// A key that ends while its sockets are open ends them within a few seconds, with 1008.
//
// Owned by app::Services, outlives the server; loop thread.
#pragma once

#include <map>
#include <memory>
#include <unordered_set>

#include "remit/events/event_service.hpp"
#include "remit/jobs/job.hpp"
#include "remit/net/authenticator.hpp"
#include "remit/net/websocket.hpp"

namespace remit::events {

/// The application's own codes of WebSocket closes.
inline constexpr auto kClosedExpired = static_cast<net::CloseCode>(4410);

/// With what a caller showed who it is, and as whom it was let in.
struct Credentials {
  net::Headers headers;
  net::Principal caller;
};

class LiveEvents {
 public:
  LiveEvents(const jobs::Context& context, EventService& service, Feed& feed);

  /// Who says whether a caller may go on. Before the job is started; without, all may.
  void check_with(net::Authenticator& authenticator) { authenticator_ = &authenticator; }

  /// Until the socket is closed. `wanted.after`: what was seen; empty: what comes from now on.
  Task<void> send(std::shared_ptr<net::WebSocket> socket, EventRequest wanted,
                  Credentials credentials);

  /// Checks callers, and holds those who are sent what they have missed.
  [[nodiscard]] jobs::Job& job() { return job_; }

 private:
  class Subscriber;
  /// The open sockets of one key.
  struct OfKey {
    Credentials credentials;
    std::unordered_set<net::WebSocket*> sockets;
  };
  class Place;

  static Task<void> catch_up(std::shared_ptr<Subscriber> subscriber, AlarmFactory& alarms);
  Task<jobs::Rest> check_callers();
  Task<bool> may_go_on(Credentials credentials);

  jobs::Context context_;
  EventService& service_;
  Feed& feed_;
  net::Authenticator* authenticator_ = nullptr;
  std::map<Uuid, OfKey> keys_;
  jobs::Job job_;
};

}  // namespace remit::events
