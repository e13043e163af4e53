#include "state_families.hpp"

#include <array>

namespace remit::metrics {
namespace {

using engine::RunnerStatistics;
using routing::BreakerState;
using storage::LaneKind;
using storage::LaneStatistics;

struct NamedLanes {
  std::string_view name;
  LaneStatistics statistics;
};

std::vector<NamedLanes> read(const storage::PostgresDatabase& database) {
  constexpr std::array<std::string_view, storage::kLaneKinds> kNames = {"write", "read", "list",
                                                                        "ready", "upkeep"};
  static_assert(kNames.at(static_cast<std::size_t>(LaneKind::upkeep)) == "upkeep");
  std::vector<NamedLanes> all;
  all.reserve(kNames.size());
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    all.push_back({kNames.at(i), database.lanes(static_cast<LaneKind>(i)).statistics()});
  }
  return all;
}

template <class Figure>
void add_each(Families& families, const std::vector<NamedLanes>& lanes,
              Figure LaneStatistics::* figure) {
  for (const auto& [name, statistics] : lanes) families.add({{"lanes", name}}, statistics.*figure);
}

void add_each(Families& families, const std::vector<RunnerStatistics>& runners,
              std::int64_t RunnerStatistics::* figure) {
  for (const RunnerStatistics& runner : runners) {
    families.add({{"kind", runner.kind}}, runner.*figure);
  }
}

void add_backlog(Families& families, const std::vector<engine::Backlog>& backlogs) {
  families.gauge("remit_engine_due",
                 "Sagas in the queue that any instance may take up now; counting ends at 10000");
  for (const engine::Backlog& one : backlogs) families.add({{"kind", one.kind}}, one.due);
  families.gauge("remit_engine_oldest_due_age_seconds",
                 "For how long the oldest work has been due; 0: nothing is due");
  for (const engine::Backlog& one : backlogs) {
    families.add({{"kind", one.kind}}, seconds(one.oldest));
  }
}

}  // namespace

void add_server(Families& families, const Sources& sources) {
  families.gauge("remit_http_connections", "Open connections of clients");
  families.add({}, sources.server.open_connections());
  families.gauge("remit_http_max_connections", "Connections of clients that may be open");
  families.add({}, sources.max_connections);
  families.counter("remit_http_connections_refused_total",
                   "Connections answered 503 because there was no place for them");
  families.add({}, sources.server.refused_connections());
  families.counter("remit_idempotent_replays_total",
                   "Requests answered with the stored answer of an earlier one");
  families.add({{"kind", "charge"}}, sources.payments.replays().charges);
  families.add({{"kind", "conversion"}}, sources.payments.replays().conversions);
}

void add_lanes(Families& families, const storage::PostgresDatabase& database) {
  const std::vector<NamedLanes> lanes = read(database);
  families.gauge("remit_lanes", "Lanes, each with a connection of its own when it has one");
  add_each(families, lanes, &LaneStatistics::lanes);
  families.gauge("remit_lane_connections", "Connections to the database");
  add_each(families, lanes, &LaneStatistics::connected);
  families.gauge("remit_lane_all_down", "1: every lane has tried to connect in vain");
  add_each(families, lanes, &LaneStatistics::all_down);
  families.gauge("remit_lane_queue_length", "Commands that wait for a lane");
  add_each(families, lanes, &LaneStatistics::queued);
  families.gauge("remit_lane_queue_limit", "Commands that may wait; further ones are refused");
  add_each(families, lanes, &LaneStatistics::queue_limit);
  families.histogram("remit_lane_batch_size", "Commands of a batch");
  add_each(families, lanes, &LaneStatistics::batch_sizes);
  families.histogram("remit_lane_commit_duration_seconds",
                     "From taking a batch from the queue until it is committed");
  add_each(families, lanes, &LaneStatistics::batch_seconds);
  families.counter("remit_lane_commands_total", "Commands run, whatever came of them");
  add_each(families, lanes, &LaneStatistics::commands);
  families.counter("remit_lane_transactions_total", "Transactions committed");
  add_each(families, lanes, &LaneStatistics::transactions);
  families.counter("remit_lane_reruns_total",
                   "Transactions run again after a serialization failure or a deadlock");
  add_each(families, lanes, &LaneStatistics::reruns);
  families.counter("remit_lane_refused_total", "Commands refused because the queue was full");
  add_each(families, lanes, &LaneStatistics::refused);
  families.counter("remit_lane_expired_total", "Commands given up because they waited too long");
  add_each(families, lanes, &LaneStatistics::expired);
  families.counter("remit_lane_unknown_total", "Commands whose outcome is unknown");
  add_each(families, lanes, &LaneStatistics::unknown);
  families.counter("remit_lane_connects_total", "Connections made to the database");
  add_each(families, lanes, &LaneStatistics::connects);
  families.gauge("remit_load_level", "Level of load: 0 idle, 1 busy, 2 saturated");
  families.add({}, static_cast<double>(database.lanes(LaneKind::write).level()));
}

void add_engine(Families& families, const Sources& sources) {
  const std::vector<RunnerStatistics> runners = sources.engine.statistics();
  families.gauge("remit_engine_permits", "Sagas that this instance may work on at once");
  add_each(families, runners, &RunnerStatistics::permits);
  families.gauge("remit_engine_in_flight", "Sagas that have a permit");
  add_each(families, runners, &RunnerStatistics::in_flight);
  families.gauge("remit_engine_waiting",
                 "Sagas that were stored with their provider and wait in memory for a permit");
  add_each(families, runners, &RunnerStatistics::waiting);
  families.gauge("remit_engine_resting", "Sagas that rest in memory until their next poll");
  add_each(families, runners, &RunnerStatistics::resting);
  families.gauge("remit_engine_tenants_at_bound",
                 "Tenants that have as much in flight here as their bound allows");
  families.add({}, sources.engine.tenants_at_their_bounds());
  add_backlog(families, sources.backlog.latest());
  families.counter("remit_engine_ended_total", "Sagas that this instance has brought to their end");
  for (const RunnerStatistics& runner : runners) {
    families.add({{"kind", runner.kind}, {"status", engine::kCompleted}}, runner.counts.completed);
    families.add({{"kind", runner.kind}, {"status", engine::kFailed}}, runner.counts.failed);
  }
  families.counter("remit_engine_parked_total", "Sagas that this instance has parked");
  for (const RunnerStatistics& runner : runners) {
    families.add({{"kind", runner.kind}}, runner.counts.parked);
  }
  families.gauge("remit_work_handed_over", "1: a newer version has taken over the work");
  families.add({}, sources.is_handed_over());
}

void add_events(Families& families, const Sources& sources) {
  families.gauge("remit_event_sequencer", "1: this instance gives events their numbers");
  families.add({}, sources.sequencer.has_turn());
  families.counter("remit_events_numbered_total", "Events that were given their numbers here");
  families.add({}, sources.sequencer.numbered());
  families.gauge("remit_event_oldest_unnumbered_age_seconds",
                 "For how long the oldest fact has waited for its number; 0: none waits");
  families.add({}, std::chrono::duration<double>(sources.sequencer.oldest_unnumbered()).count());
  families.gauge("remit_event_followers", "WebSockets that are sent events");
  families.add({}, sources.feed.followers());
}

void add_wallets(Families& families, const Sources& sources) {
  families.counter("remit_wallet_transactions_ended_total",
                   "Wallets' transactions that were settled, or expired, here when they were due");
  families.add({}, sources.settler.ended());
  families.gauge("remit_wallet_oldest_due_age_seconds",
                 "For how long the oldest transaction of wallets has been due; 0: none is");
  families.add({}, seconds(sources.settler.oldest_due()));
}

void add_reconciliation(Families& families, const Sources& sources) {
  const FindingCounts counts = sources.findings();
  families.counter("remit_reconciliation_findings_total",
                   "Mismatches that this instance has found");
  families.add({}, counts.found);
  families.gauge("remit_reconciliation_open_findings",
                 "Mismatches that were there when the last round of this instance ended");
  families.add({}, counts.open);
  families.counter("remit_reconciliation_rounds_total",
                   "Times that this instance has compared everything");
  families.add({}, counts.rounds);
}

void add_webhooks(Families& families, const Sources& sources) {
  const webhooks::CourierStatistics courier = sources.webhook_courier.statistics();
  families.gauge("remit_webhook_fan_out", "1: this instance gives events to webhook endpoints");
  families.add({}, sources.webhook_fan_out.has_turn());
  families.counter("remit_webhook_deliveries_total", "Webhook deliveries that were begun here");
  families.add({}, sources.webhook_fan_out.begun());
  families.counter("remit_webhook_attempts_total", "Attempts by what became of the delivery");
  families.add({{"outcome", "delivered"}}, courier.delivered);
  families.add({{"outcome", "failed"}}, courier.failed);
  families.add({{"outcome", "dead_lettered"}}, courier.dead_lettered);
  families.add({{"outcome", "unsaved"}}, courier.unsaved);
  families.histogram("remit_webhook_attempt_duration_seconds", "Duration of attempts");
  families.add({}, sources.webhook_courier.latency());
  families.gauge("remit_webhook_attempts_in_flight", "Attempts that have no answer yet");
  families.add({}, courier.in_flight);
  families.gauge("remit_webhook_endpoints_served", "Endpoints that are being sent something");
  families.add({}, courier.endpoints);
  families.gauge("remit_webhook_oldest_due_age_seconds",
                 "For how long the oldest delivery has been due; 0: none is");
  if (courier.oldest_due) families.add({}, seconds(*courier.oldest_due));
}

void add_providers(Families& families, const Sources& sources) {
  constexpr std::array kStates = {BreakerState::closed, BreakerState::open,
                                  BreakerState::half_open};
  std::vector<routing::ProviderStatus> all = sources.book.status();
  // Rates are read from all sources, whatever became of earlier calls.
  std::erase_if(all, [](const auto& one) { return one.kind == ProviderKind::rates; });
  families.gauge("remit_provider_available",
                 "1: its circuit is closed, and it does not report that it fails");
  for (const auto& one : all) {
    families.add({{"kind", to_string(one.kind)}, {"provider", one.name}}, one.takes_calls);
  }
  families.gauge("remit_provider_breaker_state", "1: the state of its circuit breaker");
  for (const auto& one : all) {
    for (const BreakerState state : kStates) {
      families.add({{"kind", to_string(one.kind)},
                    {"provider", one.name},
                    {"state", routing::to_string(state)}},
                   one.breaker == state);
    }
  }
  families.gauge("remit_provider_calls_in_flight", "Submissions that have no answer yet");
  for (const auto& one : all) {
    families.add({{"kind", to_string(one.kind)}, {"provider", one.name}}, one.in_flight);
  }
  const std::vector<providers::ProviderConnections> pools = sources.connections.connections();
  const auto add_pools = [&](std::size_t net::PoolUse::* figure) {
    for (const auto& pool : pools) {
      families.add({{"kind", to_string(pool.kind)}, {"provider", pool.name}}, pool.use.*figure);
    }
  };
  families.gauge("remit_provider_connections", "Connections to a provider, idle ones included");
  add_pools(&net::PoolUse::open);
  families.gauge("remit_provider_max_connections", "Connections to a provider that may be open");
  add_pools(&net::PoolUse::limit);
  families.gauge("remit_provider_calls_waiting", "Calls that wait for a connection");
  add_pools(&net::PoolUse::waiting);
}

}  // namespace remit::metrics
