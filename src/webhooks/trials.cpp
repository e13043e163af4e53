#include "remit/webhooks/trials.hpp"

#include <utility>

#include "remit/net/json_writer.hpp"

namespace remit::webhooks {
namespace {

Message trial_message(const Uuid& endpoint, const Uuid& id, Timestamp now) {
  Message message{.id = "evt_test_" + id.to_string(), .body = {}, .trace = {}};
  net::JsonWriter json;
  json.begin_object()
      .member("id", message.id)
      .member("type", "webhook_endpoint.test")
      .member("timestamp", to_rfc3339(now));
  json.name("sequence").null();
  json.member("resource", "/webhook-endpoints/" + endpoint.to_string()).end_object();
  message.body = json.take();
  return message;
}

/// Counts while it exists.
class Turn {
 public:
  explicit Turn(std::size_t& count) : count_(count) { ++count_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { --count_; }

 private:
  std::size_t& count_;
};

}  // namespace

Task<Result<Attempt>> Trials::run(Tenant tenant, Uuid id, telemetry::TraceContext trace) {
  if (under_way_ >= kMostTrials) {
    co_return fail(again_later(kOverloaded, "too many endpoints are being tested"));
  }
  const Turn turn(under_way_);
  Result<Destination> destination = co_await endpoints_.destination(tenant, id);
  if (!destination) co_return fail(std::move(destination.error()));
  Message message = trial_message(id, ids_.next(), clock_.now());
  message.trace = std::move(trace);
  Attempt attempt = co_await sender_.send(*std::move(destination), std::move(message));
  co_return attempt;
}

}  // namespace remit::webhooks
