#include "circuit_teller.hpp"

#include <utility>
#include <vector>

#include "remit/net/json_writer.hpp"
#include "remit/outbox/fact_operations.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::app {
namespace {

constexpr Duration kIdle = std::chrono::hours(1);
constexpr Duration kAfterFailure = std::chrono::seconds(1);

std::string_view type_of(routing::BreakerState state) {
  switch (state) {
    case routing::BreakerState::open:
      return "provider.circuit_opened";
    case routing::BreakerState::half_open:
      return "provider.circuit_half_open";
    case routing::BreakerState::closed:
      break;
  }
  return "provider.circuit_closed";
}

std::string changes_of(const routing::CircuitChange& change) {
  net::JsonWriter json;
  json.begin_object().name("circuit").begin_array();
  json.string(to_string(change.from)).string(to_string(change.to));
  json.end_array().end_object();
  return json.take();
}

}  // namespace

CircuitTeller::CircuitTeller(const jobs::Context& context, storage::Database& database,
                             UuidSource& ids)
    : database_(database),
      clock_(context.clock),
      instance_(ids.next().to_string()),
      job_(context, "circuits", [this] { return turn(); }) {}

void CircuitTeller::tell(const routing::CircuitChange& change) {
  if (waiting_.size() == kMostWaiting) waiting_.pop_front();
  net::JsonWriter data;
  data.begin_object()
      .member("provider", change.name)
      .member("kind", to_string(change.kind))
      .member("circuit", to_string(change.to))
      .member("instance", instance_)
      .end_object();
  waiting_.push_back({.type = type_of(change.to),
                      .resource = "/providers/" + change.name,
                      .at = clock_.now(),
                      .user = {},
                      .data = data.take(),
                      .changes = changes_of(change)});
  job_.wake();
}

Task<jobs::Rest> CircuitTeller::turn() {
  if (waiting_.empty()) co_return kIdle;
  outbox::TellFacts::Input input{.tenant = Tenant(kFirstTenant),
                                 .facts = {std::make_move_iterator(waiting_.begin()),
                                           std::make_move_iterator(waiting_.end())}};
  waiting_.clear();
  outbox::TellFacts::Input again = input;
  const Result<void> told = co_await database_.run<outbox::TellFacts>(std::move(input));
  if (told) co_return Duration::zero();
  telemetry::log(telemetry::Level::warn, "changes of circuits wait to be told",
                 {{"code", told.error().code.name}, {"detail", told.error().detail}});
  // Before those that came meanwhile. What may have been written is told again: each names its
  // time.
  for (auto fact = again.facts.rbegin(); fact != again.facts.rend(); ++fact) {
    if (waiting_.size() < kMostWaiting) waiting_.push_front(std::move(*fact));
  }
  co_return kAfterFailure;
}

}  // namespace remit::app
