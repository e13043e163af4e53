#include "remit/sandbox/world.hpp"

#include <array>
#include <limits>
#include <utility>

namespace remit::sandbox {

namespace {

struct RampEntry {
  std::string_view name;
  RampTerms terms;
};

// In the order of their ports.
constexpr std::array<RampEntry, 4> kRamps = {{{"swift-onramp", {"onramp", "1.0", 50}},
                                              {"steady-onramp", {"onramp", "1.2", 60}},
                                              {"swift-offramp", {"offramp", "1.5", 75}},
                                              {"steady-offramp", {"offramp", "1.8", 90}}}};

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

SimContext World::context(std::string_view name) const {
  return {.name = std::string(name),
          .seed = settings_.seed,
          .clock = clock_,
          .alarms = alarms_,
          .journal = journal_,
          .pauses = pauses_};
}

std::vector<World::Service> World::make_providers() {
  std::vector<Service> services;
  const auto add = [&]<class T>(std::shared_ptr<T> sim) -> Service& {
    Service& service = services.emplace_back(Service{.name = sim->name(), .router = {}});
    T::add_routes(sim, service.router);
    sims_.emplace(sim->name(), sim);
    return service;
  };
  add(std::make_shared<ProcessorSim>(context("default"), kDefaultFeePercent));
  add(std::make_shared<ProcessorSim>(context("fallback"), kFallbackFeePercent));
  for (const auto& [name, terms] : kRamps) add(std::make_shared<RampSim>(context(name), terms));
  add(std::make_shared<ChainSim>(context("chain")));
  add(std::make_shared<RatesSim>(context("rates")));
  add(std::make_shared<WebhookReceiver>(context("webhooks"))).require_json = false;
  return services;
}

std::expected<void, std::string> World::replay() {
  return journal_->replay([this](std::string_view provider, const net::JsonValue& record) {
    const auto found = sims_.find(provider);
    return found != sims_.end() && found->second->replay(record);
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

}  // namespace remit::sandbox
