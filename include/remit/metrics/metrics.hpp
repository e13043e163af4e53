// What a process tells Prometheus: what observers counted, and what the parts of the process say of
// themselves at the moment of a scrape. docs/metrics.md lists every metric.
//
// Owned by the composition root, before all that it observes; loop thread. A scrape reads memory
// and /proc alone: it asks neither the database nor a provider. Nothing here fails; a figure that
// is not known is left out. A request costs the increments of one counter and one histogram, which
// are found by the index of its route; labels come from the configuration and from this program,
// never from a client.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/config/config.hpp"
#include "remit/engine/engine.hpp"
#include "remit/events/feed.hpp"
#include "remit/metrics/backlog_watch.hpp"
#include "remit/net/server.hpp"
#include "remit/outbox/sequencer.hpp"
#include "remit/payments/payment_service.hpp"
#include "remit/providers/directory.hpp"
#include "remit/providers/provider_set.hpp"
#include "remit/routing/provider_book.hpp"
#include "remit/storage/postgres_database.hpp"
#include "remit/wallets/settler.hpp"
#include "remit/webhooks/courier.hpp"
#include "remit/webhooks/fan_out.hpp"

namespace remit::metrics {

/// Of mismatches between what the database says in one place and in another.
struct FindingCounts {
  std::int64_t found = 0;   ///< by this instance
  std::int64_t open = 0;    ///< when its last round ended
  std::int64_t rounds = 0;  ///< that it has made
};

/// What a scrape reads. All of it outlives the last scrape.
struct Sources {
  const storage::PostgresDatabase& database;
  const engine::Engine& engine;
  const outbox::Sequencer& sequencer;
  const events::Feed& feed;
  const wallets::Settler& settler;
  const webhooks::FanOut& webhook_fan_out;
  const webhooks::Courier& webhook_courier;
  const BacklogWatch& backlog;
  const routing::ProviderBook& book;
  const providers::ProviderSet& connections;
  const payments::PaymentService& payments;
  const net::Server& server;
  std::size_t max_connections = 0;       ///< of `server`
  std::function<bool()> is_handed_over;  ///< newer instances do the work
  std::function<FindingCounts()> findings;
};

class Metrics {
 public:
  explicit Metrics(std::string_view version);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics();

  /// Counts the requests of a server with these routes, in their order.
  [[nodiscard]] net::Observer& observe_requests(std::span<const net::Route> routes);

  /// The same providers, with every call counted. They outlive the answer.
  [[nodiscard]] std::unique_ptr<providers::Directory> observe_calls(
      providers::Directory& providers, const std::vector<config::ProviderConfig>& configured);

  /// From now on scrapes show the state of these, too.
  void read_from(Sources sources);

  /// In Prometheus' text format.
  [[nodiscard]] std::string exposition() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// GET /metrics. `exposition` is called for each scrape.
[[nodiscard]] net::Route metrics_route(std::function<std::string()> exposition, net::Scope scope);

}  // namespace remit::metrics
