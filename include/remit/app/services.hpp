// The services of one process over its ports, composed: the same for remitd and for the processes
// of the simulator. A new feature is a member here and its routes; a new kind of movement is a line
// in `kinds_of` (services.cpp).
//
// Members stand in the order of their dependencies, and each outlives what uses it. Owned by the
// Application; loop thread. Nothing here fails.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "remit/config/config.hpp"
#include "remit/engine/engine.hpp"
#include "remit/engine/total_merger.hpp"
#include "remit/events/event_service.hpp"
#include "remit/events/feed.hpp"
#include "remit/events/live_events.hpp"
#include "remit/jobs/job.hpp"
#include "remit/load/load.hpp"
#include "remit/outbox/sequencer.hpp"
#include "remit/payments/payment_service.hpp"
#include "remit/providers/directory.hpp"
#include "remit/quotes/quote_service.hpp"
#include "remit/quotes/rate_book.hpp"
#include "remit/routing/health_monitor.hpp"
#include "remit/routing/provider_book.hpp"
#include "remit/storage/database.hpp"
#include "remit/wallets/wallet_service.hpp"

namespace remit::app {

/// What a process is made on. All of it outlives the services.
struct Ports {
  jobs::Context context;
  UuidSource& ids;
  storage::Database& database;
  providers::Directory& providers;
  const load::Meter& load;
  const engine::TenantBounds* tenant_bounds = nullptr;  ///< null: no tenant has one
};

struct ServiceSettings {
  std::vector<config::ProviderConfig> providers;
  std::int64_t charge_concurrency = 512;
  std::int64_t conversion_concurrency = 512;
  engine::Engine::Settings engine;
  config::QuotesConfig quotes;
  quotes::RateBookSettings rates;
  outbox::SequencerSettings sequencer;
  wallets::SettlerSettings settler;
};

class Services {
 public:
  Services(const Ports& ports, const ServiceSettings& settings);

  /// Who is told that events have got their numbers here. Before `start`.
  void on_numbered(std::function<void()> told) { on_numbered_ = std::move(told); }
  void start();
  /// Takes up no more work, and leaves it to other instances. Requests are still served.
  void stop();
  /// Answers all that wait for a rate.
  void close() { rates_.close(); }
  /// Waits for the engine. False: some of its work is still in progress after `timeout`.
  Task<bool> engine_ended(Duration timeout) { return engine_.ended(timeout); }
  /// Waits for everything.
  Task<bool> ended(Duration timeout);

  [[nodiscard]] routing::ProviderBook& book() { return book_; }
  [[nodiscard]] quotes::QuoteService& quotes() { return quotes_; }
  [[nodiscard]] payments::PaymentService& payments() { return payments_; }
  [[nodiscard]] events::EventService& events() { return events_; }
  [[nodiscard]] wallets::WalletService& wallets() { return wallets_; }
  [[nodiscard]] const wallets::Settler& settler() const { return settler_; }
  [[nodiscard]] const outbox::Sequencer& sequencer() const { return sequencer_; }
  [[nodiscard]] const events::Feed& feed() const { return feed_; }
  [[nodiscard]] events::LiveEvents& live_events() { return live_events_; }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }

 private:
  std::vector<jobs::Job*> jobs();

  const Clock& clock_;
  routing::ProviderBook book_;
  std::shared_ptr<routing::HealthMonitor> health_monitor_;
  engine::TotalMerger total_merger_;
  outbox::Sequencer sequencer_;
  events::Feed feed_;
  events::EventService events_;
  events::LiveEvents live_events_;
  engine::Engine engine_;
  quotes::RateBook rates_;
  quotes::QuoteService quotes_;
  payments::PaymentService payments_;
  std::function<void()> on_numbered_;
  wallets::Settler settler_;
  wallets::WalletService wallets_;
};

}  // namespace remit::app
