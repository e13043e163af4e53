#include "remit/sandbox/world.hpp"

#include <array>
#include <limits>
#include <utility>

namespace remit::sandbox {

namespace {

struct RampEntry {
  std::string_view name;
  std::string_view direction;
  std::string_view fee_percent;
  std::int64_t fee_fixed_minor;
};

// In the order of their ports.
constexpr std::array<RampEntry, 4> kRamps = {{{"swift-onramp", "onramp", "1.0", 50},
                                              {"steady-onramp", "onramp", "1.2", 60},
                                              {"swift-offramp", "offramp", "1.5", 75},
                                              {"steady-offramp", "offramp", "1.8", 90}}};

constexpr std::int64_t kDefaultFeePercent = 5;
constexpr std::int64_t kFallbackFeePercent = 15;

}  // namespace

World::World(Executor executor, const Clock& clock, AlarmFactory& alarms, WorldSettings settings)
    : executor_(std::move(executor)),
      clock_(clock),
      alarms_(alarms),
      settings_(std::move(settings)),
      pauses_(std::make_shared<Pauses>(alarms)) {}

World::~World() {
  // Sessions that still end hold their providers; another world may want the file before that.
  pauses_->end();
  if (journal_) journal_->close();
}

SimContext World::context(std::string name) const {
  return {.name = std::move(name),
          .seed = settings_.seed,
          .clock = clock_,
          .alarms = alarms_,
          .journal = journal_,
          .pauses = pauses_};
}

std::vector<World::Service> World::make_providers() {
  std::vector<Service> services;
  const auto add = [&services](std::string name, const auto& sim) -> Service& {
    Service& service = services.emplace_back(Service{.name = std::move(name), .router = {}});
    std::remove_cvref_t<decltype(*sim)>::add_routes(sim, service.router);
    return service;
  };
  for (const auto& [name, fee] :
       {std::pair("default", kDefaultFeePercent), std::pair("fallback", kFallbackFeePercent)}) {
    const auto sim = std::make_shared<ProcessorSim>(context(name), fee);
    processors_.emplace(name, sim);
    add(name, sim);
  }
  for (const RampEntry& entry : kRamps) {
    const std::string name(entry.name);
    RampTerms terms{.direction = std::string(entry.direction),
                    .fee_percent = std::string(entry.fee_percent),
                    .fee_fixed_minor = entry.fee_fixed_minor};
    const auto sim = std::make_shared<RampSim>(context(name), std::move(terms));
    ramps_.emplace(name, sim);
    add(name, sim);
  }
  chain_ = std::make_shared<ChainSim>(context("chain"));
  add("chain", chain_);
  rates_ = std::make_shared<RatesSim>(context("rates"));
  add("rates", rates_);
  webhooks_ = std::make_shared<WebhookReceiver>(context("webhooks"));
  add("webhooks", webhooks_).require_json = false;
  return services;
}

std::expected<void, std::string> World::replay() {
  return journal_->replay([this](std::string_view provider, const net::JsonValue& record) {
    if (const auto found = processors_.find(provider); found != processors_.end()) {
      return found->second->replay(record);
    }
    if (const auto found = ramps_.find(provider); found != ramps_.end()) {
      return found->second->replay(record);
    }
    if (provider == "chain") return chain_->replay(record);
    return provider == "rates" && rates_->replay(record);
  });
}

std::expected<void, std::string> World::listen(Service service, std::uint16_t port) {
  net::ServerSettings settings;
  settings.listen = {settings_.host + ":" + std::to_string(port)};
  settings.require_json = service.require_json;
  auto server =
      std::make_unique<net::Server>(executor_, std::move(settings), std::move(service.router));
  const std::expected<void, std::string> started = server->start();
  if (!started) return std::unexpected(service.name + ": " + started.error());
  ports_.emplace(std::move(service.name), server->port());
  servers_.push_back(std::move(server));
  return {};
}

std::expected<void, std::string> World::start() {
  std::expected<std::shared_ptr<Journal>, std::string> journal =
      Journal::open(settings_.state_file);
  if (!journal) return std::unexpected(std::move(journal.error()));
  journal_ = std::move(*journal);
  std::vector<Service> services = make_providers();
  if (settings_.base_port > std::numeric_limits<std::uint16_t>::max() - services.size() + 1) {
    return std::unexpected("base port " + std::to_string(settings_.base_port) + " is too high");
  }
  std::expected<void, std::string> done = replay();
  std::uint16_t port = settings_.base_port;
  for (Service& service : services) {
    if (done) done = listen(std::move(service), port);
    if (port != 0) ++port;
  }
  return done;
}

Task<void> World::stop(std::chrono::milliseconds timeout) {
  pauses_->end();
  for (const std::unique_ptr<net::Server>& server : servers_) {
    co_await server->drain(timeout);
  }
}

std::string World::url(std::string_view name) const {
  const auto found = ports_.find(std::string(name));
  if (found == ports_.end()) return {};
  return "http://" + settings_.host + ":" + std::to_string(found->second);
}

ProcessorSim& World::processor(std::string_view name) { return *processors_.at(std::string(name)); }

RampSim& World::ramp(std::string_view name) { return *ramps_.at(std::string(name)); }

}  // namespace remit::sandbox
