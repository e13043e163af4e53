// What this instance knows of each provider (breaker, health, latency, fees, calls in flight) and
// the choice among them, with its reasons.
//
// Owned by app::Services; loop thread only. Nothing here does I/O: the health monitor and
// the engine tell it what they saw. A provider may be chosen when its breaker lets a call through,
// its last health report does not say failing, and it has room; among those the cheapest for the
// amount wins, then `default` before `fallback`, then the order of the configuration.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/provider_health.hpp"
#include "remit/base/time.hpp"
#include "remit/config/config.hpp"
#include "remit/routing/breaker.hpp"
#include "remit/routing/provider_choice.hpp"

namespace remit::routing {

/// The circuit of one provider changed.
struct CircuitChange {
  ProviderKind kind;
  std::string name;
  BreakerState from;
  BreakerState to;
};

/// A provider began to report that it fails, or stopped (a new report, or the last one has
/// expired).
struct HealthChange {
  ProviderKind kind;
  std::string name;
  bool failing;
};

struct ProviderStatus {
  ProviderKind kind;
  std::string name;
  BreakerState breaker;
  std::int64_t failure_rate_millionths;
  std::optional<HealthReport> health;
  std::int64_t in_flight;
  bool takes_calls;  ///< its circuit is closed, and it does not report that it fails
};

class ProviderBook {
  struct Entry;

 public:
  /// `capacity` bounds the calls in flight per provider of a kind.
  ProviderBook(const std::vector<config::ProviderConfig>& providers,
               std::int64_t processor_capacity, std::int64_t ramp_capacity, const Clock& clock);
  ~ProviderBook();

  /// What is known now about the providers of a kind, in the order of the configuration: the input
  /// of `choose_provider`. A value; a choice reserves nothing.
  [[nodiscard]] std::vector<Candidate> survey(ProviderKind kind) const;
  /// `choose_provider` among them.
  [[nodiscard]] Choice choose(ProviderKind kind, Money amount) const;

  /// A call in progress. Counts as in flight until it is finished or destroyed (without a result it
  /// counts as failed).
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();
    /// `healthy`: the provider did its work (a business refusal is healthy).
    void finish(bool healthy, Duration latency);

   private:
    friend class ProviderBook;
    Ticket(ProviderBook* book, Entry* entry, Breaker::Pass pass, Duration begun)
        : book_(book), entry_(entry), pass_(pass), begun_(begun) {}
    ProviderBook* book_;
    Entry* entry_;
    Breaker::Pass pass_;
    Duration begun_;
  };

  /// Empty when the breaker lets no call through or there is no room: then nothing may be sent now.
  [[nodiscard]] std::optional<Ticket> begin_call(ProviderKind kind, std::string_view name);

  /// False: there is no such provider.
  bool set_circuit(ProviderKind kind, std::string_view name, CircuitOverride wanted);
  /// Called by the call that changed a circuit; must not call back into the book.
  void on_circuit_change(std::function<void(const CircuitChange&)> listener);
  void on_health_change(std::function<void(const HealthChange&)> listener);
  /// Detects changes that only time has made (a half-open circuit, an expired report); the health
  /// monitor calls it.
  void observe();

  /// A report counts until a newer one arrives, at most three health intervals after it was first
  /// seen, so that a dead instance does not exclude a provider for ever.
  void report_health(ProviderKind kind, std::string_view name, const HealthReport& report);
  void set_fee(ProviderKind kind, std::string_view name, const FeeSchedule& fee);

  [[nodiscard]] FeeSchedule fee(ProviderKind kind, std::string_view name) const;
  /// The longest latency seen lately, and at least the configured timeout and the provider's own
  /// figure: how long an unanswered call may still take effect.
  [[nodiscard]] Duration longest_latency(ProviderKind kind, std::string_view name) const;
  [[nodiscard]] const config::ProviderConfig* find(ProviderKind kind, std::string_view name) const;
  [[nodiscard]] std::vector<ProviderStatus> status() const;

 private:
  [[nodiscard]] Entry* entry(ProviderKind kind, std::string_view name) const;

  void end_call(Entry& entry, Breaker::Pass pass, bool healthy, Duration latency);
  void announce(Entry& entry);
  [[nodiscard]] bool has_report(const Entry& entry) const;
  [[nodiscard]] bool is_reported_failing(const Entry& entry) const;
  [[nodiscard]] Duration longest_latency(const Entry& entry, Duration now) const;
  [[nodiscard]] Duration usual_latency(const Entry& entry, Duration now) const;

  std::vector<std::unique_ptr<Entry>> entries_;
  std::function<void(const CircuitChange&)> listener_;
  std::function<void(const HealthChange&)> health_listener_;
  const Clock& clock_;
};

}  // namespace remit::routing
