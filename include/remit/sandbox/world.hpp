// The simulated outside world: every provider on its own loopback port, over one state file.
//
// Owned by remit-sandbox's main or by a test; loop thread. Clock and alarms outlive it. `start`
// fails with one line: a port that is taken, a state file that cannot be used. Call `stop` before
// the loop ends, so that requests in flight are answered; without it they end unanswered with the
// loop.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/net/server.hpp"
#include "remit/sandbox/chain_sim.hpp"
#include "remit/sandbox/processor_sim.hpp"
#include "remit/sandbox/ramp_sim.hpp"
#include "remit/sandbox/rates_sim.hpp"
#include "remit/sandbox/webhook_receiver.hpp"

namespace remit::sandbox {

struct WorldSettings {
  std::uint16_t base_port = 0;  ///< 0: every service on a port of the system's choosing
  std::string state_file;       ///< empty: memory only
  std::uint64_t seed = 1;
  std::string host = "127.0.0.1";
};

class World {
 public:
  World(Executor executor, const Clock& clock, AlarmFactory& alarms, WorldSettings settings);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  /// Replays the state file, then listens on every port.
  [[nodiscard]] std::expected<void, std::string> start();
  /// Refuses new requests and lets those in flight end for at most `timeout`; calls that still wait
  /// for a delay are abandoned, not done and not answered, as when a provider goes down.
  Task<void> stop(std::chrono::milliseconds timeout);

  /// Names: default, fallback, swift-onramp, steady-onramp, swift-offramp, steady-offramp, chain,
  /// rates, webhooks.
  [[nodiscard]] const std::map<std::string, std::uint16_t>& ports() const { return ports_; }
  /// "http://127.0.0.1:8001"; empty for a name that is not served.
  [[nodiscard]] std::string url(std::string_view name) const;

  // For assertions; after start. A name of another kind is a programming error (std::bad_cast).
  [[nodiscard]] ProcessorSim& processor(std::string_view name) { return sim<ProcessorSim>(name); }
  [[nodiscard]] RampSim& ramp(std::string_view name) { return sim<RampSim>(name); }
  [[nodiscard]] ChainSim& chain() { return sim<ChainSim>("chain"); }
  [[nodiscard]] WebhookReceiver& webhooks() { return sim<WebhookReceiver>("webhooks"); }

 private:
  struct Service {
    std::string name;
    net::Router router;
    bool require_json = true;
  };

  template <class T>
  [[nodiscard]] T& sim(std::string_view name) const {
    return dynamic_cast<T&>(*sims_.at(std::string(name)));
  }
  [[nodiscard]] SimContext context(std::string_view name) const;
  std::vector<Service> make_providers();
  [[nodiscard]] std::expected<void, std::string> replay();
  [[nodiscard]] std::expected<void, std::string> listen(Service service, std::uint16_t port);

  Executor executor_;
  const Clock& clock_;
  AlarmFactory& alarms_;
  WorldSettings settings_;
  std::shared_ptr<Pauses> pauses_;
  std::shared_ptr<Journal> journal_;
  std::map<std::string, std::shared_ptr<Sim>, std::less<>> sims_;
  std::vector<std::unique_ptr<net::Server>> servers_;
  std::map<std::string, std::uint16_t> ports_;
};

}  // namespace remit::sandbox
