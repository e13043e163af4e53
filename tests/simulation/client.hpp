// The clients: they post payments, repeat what was not answered with the same key at any instance,
// change their minds, and misuse keys; an operator retries what is stuck. What they were told is
// kept and must stay true.
//
// One thread. They live outside of every process, on a machine of their own.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulation/client_requests.hpp"
#include "simulation/instance.hpp"

namespace remit::simulation {

/// One key, and what anybody who used it was told.
struct Promise {
  ClientRequest::Type type = ClientRequest::Type::charge;
  Tenant tenant = kTenant;
  std::string key;  ///< of a charge its id
  std::string fingerprint;
  Money amount;
  std::optional<ClientAnswer> held;  ///< the first answer that binds
  std::optional<Uuid> payment_id;    ///< accepted
  std::int64_t executions = 0;
  bool quote_was_taken = false;  ///< refused without a trace, for good
  bool cancelled = false;
};

using Instances = std::vector<std::unique_ptr<Instance>>;

class Clients {
 public:
  Clients(World& world, Instances& instances, std::int64_t payments);
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;
  ~Clients() { machine_.kill(); }

  void start();
  void run_ready() { machine_.run_ready(); }
  /// Every client has its answer or has given up.
  [[nodiscard]] bool are_done() const { return busy_ == 0; }
  [[nodiscard]] const std::deque<Promise>& promises() const { return promises_; }
  [[nodiscard]] std::int64_t retries() const { return retries_; }

  /// Asks, in a healthy world, for a tenant's charges between two instants; empty until it is
  /// answered.
  void ask_summary(Tenant tenant, std::optional<Timestamp> from, std::optional<Timestamp> to);
  /// Posts payments all at once: charges, or conversions that are due at that instant.
  void rush(Tenant tenant, std::int64_t payments, std::optional<Duration> due);
  [[nodiscard]] const std::optional<payments::Summary>& summary() const { return summary_; }

 private:
  Task<void> pay(Duration begin, bool is_charge);
  Task<void> pay_in_rush(Tenant tenant, std::optional<Duration> due);
  [[nodiscard]] Tenant draw_tenant();
  Task<void> spawned_insist(Promise* promise, SharedClientRequest request);
  Task<bool> insist(Promise* promise, SharedClientRequest request);
  Task<SharedClientRequest> make_conversion(Promise* promise);
  Task<void> misuse(Promise* promise, SharedClientRequest request);
  Task<void> try_cancel(Promise* promise, Uuid payment_id);
  Task<void> read_back(Promise* promise, Uuid payment_id);
  Task<void> operate();
  Task<void> read_summary(SharedClientRequest request);
  Task<std::optional<quotes::Quote>> get_quote(Tenant tenant, Money amount, Currency to);
  /// To any instance; an empty answer when none came.
  Task<ClientAnswer> send(Promise* promise, SharedClientRequest request);
  Task<void> sleep(Duration delay);

  void deliver(Promise* promise, SharedClientRequest request, Reply<ClientAnswer> reply);
  /// An instance said it; whether it arrives makes no difference.
  void judge(Promise& promise, const ClientRequest& request, const ClientAnswer& told);
  void judge_stored(Promise& promise, const ClientRequest& request, const ClientAnswer& told);
  void judge_problem(Promise& promise, const ClientRequest& request, const ClientAnswer& told);
  [[nodiscard]] SharedClientRequest make_charge(Promise& promise);
  [[nodiscard]] std::vector<std::pair<Tenant, Uuid>> stuck_payments();

  World& world_;
  Instances& instances_;
  Random random_;
  SeededUuidSource ids_;
  std::int64_t payments_;
  std::int64_t loss_ = 0;  ///< per thousand messages
  std::deque<Promise> promises_;
  std::map<TenantId, quotes::Quote> known_quotes_;
  std::optional<payments::Summary> summary_;
  std::int64_t busy_ = 0;
  std::int64_t retries_ = 0;
  Machine machine_;
};

}  // namespace remit::simulation
