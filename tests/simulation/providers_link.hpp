// One process's way to the simulated providers: what ProcessorClient, RampClient and RatesClient
// are over HTTP. Every answer is judged as they judge it, by providers/verdict.hpp.
//
// Owned by the process; its machine is killed before this is destroyed.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "remit/providers/leg_provider.hpp"
#include "remit/providers/reports.hpp"
#include "remit/providers/verdict.hpp"
#include "simulation/machine.hpp"
#include "simulation/providers.hpp"

namespace remit::simulation {

struct CallError {
  bool request_sent = true;
  std::string what;
  Duration latency{0};
};

struct CallAnswer {
  Response response;
  Duration latency{0};
};

using CallResult = std::expected<CallAnswer, CallError>;

/// One process and one provider.
class Link final : public providers::LegProvider {
 public:
  Link(Machine& machine, SimProvider& provider, ProviderWorld& world, Who self)
      : machine_(machine), provider_(provider), world_(world), self_(self) {}

  Task<providers::Outcome> submit(providers::Operation operation,
                                  providers::CallContext context) override;
  Task<providers::Outcome> query(providers::Operation operation,
                                 providers::CallContext context) override;
  Task<HealthAnswer> health();
  Task<Result<FeeSchedule>> fees();

 private:
  using Operation = providers::Operation;

  Task<CallResult> call(Request::Type type, Operation operation, Duration timeout,
                        std::optional<Duration> send_before);
  Task<providers::Outcome> submit_charge(Operation operation, providers::CallContext context);
  Task<providers::Outcome> query_charge(Operation operation, providers::CallContext context);
  Task<providers::Outcome> query_transfer(Operation operation, providers::CallContext context);

  Machine& machine_;
  SimProvider& provider_;
  ProviderWorld& world_;
  Who self_;
};

/// Where rates come from: the same for everybody, wrong at times.
class SimRates {
 public:
  SimRates(Schedule& schedule, Random random, Timestamp epoch)
      : schedule_(schedule), random_(random), epoch_(epoch) {}

  std::int64_t failing = 0;  ///< per thousand
  std::int64_t stale = 0;

  /// Empty: no answer.
  std::optional<providers::RateReading> read(Currency from, Currency to);
  [[nodiscard]] Duration delay() { return random_.between(Duration{300}, Duration{20'000}); }

 private:
  Schedule& schedule_;
  Random random_;
  Timestamp epoch_;
};

class RateLink final : public providers::RateSource {
 public:
  RateLink(Machine& machine, SimRates& rates, std::string name)
      : machine_(machine), rates_(rates), name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  Task<Result<providers::RateReading>> read(Currency from, Currency to, Duration timeout) override;

 private:
  Machine& machine_;
  SimRates& rates_;
  std::string name_;
};

}  // namespace remit::simulation
