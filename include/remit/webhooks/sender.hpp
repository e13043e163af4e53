// Sends one message to one endpoint: signed as Standard Webhooks 1.0 has it, over connections that
// are kept for the endpoint, to public addresses only unless it may be otherwise. Redirects are not
// followed. Of an answer no more is read than 16 KiB, and a 2xx within the time is success.
//
// Each endpoint has connections of its own, so that one that hangs uses up none of another's; those
// of endpoints that have had no message for the longest time are closed first. Owned by the
// Application; loop thread; `close` it before the loop. Nothing fails: an attempt tells what became
// of it.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/client.hpp"
#include "remit/telemetry/trace.hpp"
#include "remit/webhooks/signature.hpp"

namespace remit::webhooks {

inline constexpr std::size_t kMostAnswerBytes = 16'384;

struct SenderSettings {
  Duration timeout = std::chrono::seconds(15);  ///< for an attempt as a whole
  bool allow_private_networks = false;
  std::size_t max_endpoints = 1'000;  ///< that connections are kept for
  std::size_t connections = 8;        ///< of each endpoint; more attempts at once fail
  std::string ca_file;                ///< extra trust anchor; empty: the system's
};

struct Destination {
  Uuid endpoint;
  std::string url;
  std::vector<net::Header> headers;  ///< the endpoint's own
  std::vector<SigningKey> keys;      ///< each of them signs
};

struct Message {
  std::string id;  ///< the same at each attempt
  std::string body;
  telemetry::TraceContext trace;
};

struct Attempt {
  int status = 0;                       ///< 0: there was no answer
  std::string answer;                   ///< the beginning of its body
  std::string error;                    ///< why there was none
  std::optional<Duration> retry_after;  ///< as the endpoint asked for, within bounds
  Duration latency{0};

  [[nodiscard]] bool is_delivered() const { return status >= 200 && status < 300; }
};

class Sender {
 public:
  Sender(Executor executor, const Clock& clock, SenderSettings settings)
      : executor_(std::move(executor)), clock_(clock), settings_(std::move(settings)) {}

  Task<Attempt> send(Destination destination, Message message);
  /// Ends attempts in flight; those to come fail.
  void close();

  [[nodiscard]] std::size_t endpoints() const { return lines_.size(); }

 private:
  /// The connections of an endpoint.
  struct Line {
    std::string origin;
    std::shared_ptr<net::Client> client;
    std::list<Uuid>::iterator place;
  };
  /// The error says why there are none.
  std::expected<std::shared_ptr<net::Client>, std::string> client_for(const Uuid& endpoint,
                                                                      const std::string& origin);
  void forget(const Uuid& endpoint);

  Executor executor_;
  const Clock& clock_;
  SenderSettings settings_;
  std::map<Uuid, Line> lines_;
  std::list<Uuid> by_use_;  ///< the one that was used last comes first
  bool closed_ = false;
};

}  // namespace remit::webhooks
