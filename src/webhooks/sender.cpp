#include "remit/webhooks/sender.hpp"

#include <chrono>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/net/public_address.hpp"
#include "remit/net/url.hpp"
#include "remit/webhooks/schedule.hpp"

namespace remit::webhooks {
namespace {

net::Call call_of(const std::string& target, Destination destination, Message message,
                  std::int64_t now_seconds, Duration timeout) {
  net::Call call;
  call.method = net::Method::post;
  call.target = target;
  call.headers = std::move(destination.headers);
  call.headers.push_back({"User-Agent", "remit"});
  call.headers.push_back({"webhook-id", message.id});
  call.headers.push_back({"webhook-timestamp", std::to_string(now_seconds)});
  call.headers.push_back(
      {"webhook-signature",
       signatures_of(destination.keys,
                     {.id = message.id, .timestamp_seconds = now_seconds, .body = message.body})});
  call.body = std::move(message.body);
  call.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
  call.trace = std::move(message.trace);
  return call;
}

Attempt attempt_of(net::CallResult result, Timestamp now) {
  Attempt attempt;
  if (!result) {
    attempt.error = sanitize_utf8(result.error().detail);
    attempt.latency = result.error().latency;
    return attempt;
  }
  attempt.status = result->status;
  attempt.answer = sanitize_utf8(result->body);
  attempt.latency = result->latency;
  if (const auto text = result->headers.find_only("Retry-After")) {
    attempt.retry_after = parse_retry_after(*text, now);
  }
  return attempt;
}

Attempt failed(std::string error) {
  Attempt attempt;
  attempt.error = std::move(error);
  return attempt;
}

}  // namespace

Task<Attempt> Sender::send(Destination destination, Message message) {
  const auto url = net::parse_http_url(destination.url);
  if (!url) co_return failed("the URL " + url.error());
  if (!url->is_https && !settings_.allow_private_networks) {
    co_return failed("the URL must begin with https://");
  }
  const auto client = client_for(destination.endpoint, url->origin);
  if (!client) co_return failed(client.error());
  const std::int64_t now_seconds =
      std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  net::Call call = call_of(url->target, std::move(destination), std::move(message), now_seconds,
                           settings_.timeout);
  net::CallResult result = co_await (*client)->call(std::move(call));
  co_return attempt_of(std::move(result), clock_.now());
}

std::expected<std::shared_ptr<net::Client>, std::string> Sender::client_for(
    const Uuid& endpoint, const std::string& origin) {
  if (closed_) return std::unexpected("this instance is stopping");
  const auto known = lines_.find(endpoint);
  if (known != lines_.end() && known->second.origin == origin) {
    by_use_.splice(by_use_.begin(), by_use_, known->second.place);
    return known->second.client;
  }
  forget(endpoint);
  net::ClientSettings settings;
  settings.base_url = origin;
  settings.max_connections = settings_.connections;
  settings.max_waiting = settings_.connections;
  settings.max_response_bytes = kMostAnswerBytes;
  settings.cuts_long_answers = true;
  settings.ca_file = settings_.ca_file;
  if (!settings_.allow_private_networks) settings.may_connect = net::is_public;
  auto made = net::Client::make(executor_, std::move(settings), clock_);
  if (!made) return std::unexpected(made.error());
  if (lines_.size() >= settings_.max_endpoints) forget(by_use_.back());
  by_use_.push_front(endpoint);
  // An attempt in flight keeps the client that it began with.
  std::shared_ptr<net::Client> client = *std::move(made);
  lines_.emplace(endpoint, Line{.origin = origin, .client = client, .place = by_use_.begin()});
  return client;
}

void Sender::forget(const Uuid& endpoint) {
  const auto known = lines_.find(endpoint);
  if (known == lines_.end()) return;
  by_use_.erase(known->second.place);
  lines_.erase(known);
}

void Sender::close() {
  closed_ = true;
  for (auto& [endpoint, line] : lines_) line.client->close();
  lines_.clear();
  by_use_.clear();
}

}  // namespace remit::webhooks
