#include "remit/engine/engine.hpp"

#include <algorithm>
#include <stdexcept>

#include "in_flight.hpp"

namespace remit::engine {

Engine::Engine(Runner::Parts parts, const Settings& settings, const std::vector<Kind>& kinds,
               const TenantBounds* bounds)
    : clock_(parts.clock), in_flight_(std::make_shared<InFlight>(bounds)) {
  parts.in_flight = in_flight_;
  for (const Kind& kind : kinds) {
    Runner::Settings runner{.plan = &kind.plan,
                            .policy = settings.policy,
                            .lease = settings.lease,
                            .concurrency = kind.concurrency,
                            .idle_interval = settings.idle_interval,
                            .resting_limit = settings.resting_limit};
    members_.push_back({&kind.plan, std::make_unique<Runner>(parts, runner)});
  }
}

Admission& Engine::admission(const SagaPlan& plan) {
  const auto member = std::ranges::find(members_, &plan, &Member::plan);
  if (member == members_.end()) throw std::logic_error("no runner for " + std::string(plan.kind));
  return *member->runner;
}

std::vector<RunnerStatistics> Engine::statistics() const {
  std::vector<RunnerStatistics> all;
  all.reserve(members_.size());
  for (const Member& member : members_) all.push_back(member.runner->statistics());
  return all;
}

std::int64_t Engine::tenants_at_their_bounds() const { return in_flight_->at_their_bounds(); }

void Engine::start() {
  for (const Member& member : members_) member.runner->start();
}

void Engine::stop() {
  for (const Member& member : members_) member.runner->stop();
}

Task<bool> Engine::ended(Duration timeout) {
  const Duration deadline = clock_.monotonic() + timeout;
  bool have_ended = true;
  for (const Member& member : members_) {
    const Duration left = left_until(clock_, deadline);
    const bool has_ended = co_await member.runner->ended(left);
    have_ended = have_ended && has_ended;
  }
  co_return have_ended;
}

}  // namespace remit::engine
