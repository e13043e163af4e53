#include "provider_calls.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace remit::metrics {
namespace {

using providers::Operation;
using providers::Outcome;
using SteadyClock = std::chrono::steady_clock;

/// In the order of Outcome::Status.
constexpr std::array<std::string_view, 7> kOutcomes = {"settled",   "pending", "failed", "rejected",
                                                       "not_found", "unknown", "differs"};
static_assert(kOutcomes.size() == static_cast<std::size_t>(Outcome::Status::differs) + 1);
/// In the order of HealthAnswer::Kind.
constexpr std::array<std::string_view, 4> kHealthAnswers = {"report", "asked_too_often",
                                                            "unreadable", "unanswered"};
static_assert(kHealthAnswers.size() == static_cast<std::size_t>(HealthAnswer::Kind::none) + 1);
/// By whether there was an answer.
constexpr std::array<std::string_view, 2> kReadings = {"unanswered", "answered"};

const prometheus::Histogram::BucketBoundaries& bounds() {
  static const prometheus::Histogram::BucketBoundaries kSeconds = {
      0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return kSeconds;
}

class ObservedLeg final : public providers::LegProvider {
 public:
  ObservedLeg(providers::LegProvider& provider, CallMetrics submissions, CallMetrics queries)
      : provider_(provider), submissions_(std::move(submissions)), queries_(std::move(queries)) {}

  Task<Outcome> submit(Operation operation, providers::CallContext context) override {
    Outcome outcome = co_await provider_.submit(std::move(operation), std::move(context));
    submissions_.count(static_cast<std::size_t>(outcome.status), outcome.latency);
    co_return outcome;
  }
  Task<Outcome> query(Operation operation, providers::CallContext context) override {
    Outcome outcome = co_await provider_.query(std::move(operation), std::move(context));
    queries_.count(static_cast<std::size_t>(outcome.status), outcome.latency);
    co_return outcome;
  }

 private:
  providers::LegProvider& provider_;
  const CallMetrics submissions_;
  const CallMetrics queries_;
};

class ObservedRates final : public providers::RateSource {
 public:
  ObservedRates(providers::RateSource& source, CallMetrics readings)
      : source_(source), readings_(std::move(readings)) {}

  [[nodiscard]] const std::string& name() const override { return source_.name(); }
  Task<Result<providers::RateReading>> read(Currency from, Currency to, Duration timeout) override {
    const SteadyClock::time_point begun = SteadyClock::now();
    Result<providers::RateReading> reading = co_await source_.read(from, to, timeout);
    readings_.count(reading ? 1 : 0, SteadyClock::now() - begun);
    co_return reading;
  }

 private:
  providers::RateSource& source_;
  const CallMetrics readings_;
};

class ObservedDirectory final : public providers::Directory {
 public:
  ObservedDirectory(providers::Directory& providers,
                    const std::vector<config::ProviderConfig>& configured, CallFamilies families)
      : providers_(providers) {
    for (const config::ProviderConfig& provider : configured) add(provider, families);
    for (providers::RateSource* source : providers.rate_sources()) {
      rates_.push_back(std::make_unique<ObservedRates>(
          *source, families.make(ProviderKind::rates, source->name(), "rates", kReadings)));
    }
  }

  [[nodiscard]] providers::LegProvider* leg(ProviderKind kind,
                                            std::string_view name) const override {
    const Member* const member = find(kind, name);
    return member == nullptr ? nullptr : member->leg.get();
  }

  Task<HealthAnswer> health(ProviderKind kind, std::string name) override {
    const Member* const member = find(kind, name);
    const SteadyClock::time_point begun = SteadyClock::now();
    HealthAnswer answer = co_await providers_.health(kind, std::move(name));
    if (member != nullptr) {
      member->health.count(static_cast<std::size_t>(answer.kind), SteadyClock::now() - begun);
    }
    co_return answer;
  }

  Task<Result<FeeSchedule>> fees(ProviderKind kind, std::string name) override {
    const Member* const member = find(kind, name);
    const SteadyClock::time_point begun = SteadyClock::now();
    Result<FeeSchedule> answer = co_await providers_.fees(kind, std::move(name));
    if (member != nullptr && member->fees.duration != nullptr) {
      member->fees.count(answer ? 1 : 0, SteadyClock::now() - begun);
    }
    co_return answer;
  }

  [[nodiscard]] std::vector<providers::RateSource*> rate_sources() const override {
    std::vector<providers::RateSource*> sources;
    sources.reserve(rates_.size());
    for (const auto& source : rates_) sources.push_back(source.get());
    return sources;
  }

 private:
  struct Member {
    ProviderKind kind;
    std::string name;
    std::unique_ptr<ObservedLeg> leg{};
    CallMetrics health{};
    CallMetrics fees{};  ///< of ramps
  };

  void add(const config::ProviderConfig& provider, CallFamilies& families) {
    const auto& [kind, name] = std::tie(provider.kind, provider.name);
    providers::LegProvider* const leg = providers_.leg(kind, name);
    if (leg == nullptr) return;
    Member& member = members_.emplace_back(Member{.kind = kind, .name = name});
    member.leg = std::make_unique<ObservedLeg>(*leg, families.make(kind, name, "submit", kOutcomes),
                                               families.make(kind, name, "query", kOutcomes));
    member.health = families.make(kind, name, "health", kHealthAnswers);
    if (kind != ProviderKind::processor) {
      member.fees = families.make(kind, name, "fees", kReadings);
    }
  }

  [[nodiscard]] const Member* find(ProviderKind kind, std::string_view name) const {
    const auto found = std::ranges::find_if(
        members_, [&](const Member& member) { return member.kind == kind && member.name == name; });
    return found == members_.end() ? nullptr : &*found;
  }

  providers::Directory& providers_;
  std::vector<Member> members_;
  std::vector<std::unique_ptr<ObservedRates>> rates_;
};

}  // namespace

CallFamilies::CallFamilies(prometheus::Registry& registry)
    : calls_(prometheus::BuildCounter()
                 .Name("remit_provider_calls_total")
                 .Help("Calls to providers, by what is known after each")
                 .Register(registry)),
      durations_(prometheus::BuildHistogram()
                     .Name("remit_provider_call_duration_seconds")
                     .Help("Duration of calls to providers, whatever came of them")
                     .Register(registry)) {}

CallMetrics CallFamilies::make(ProviderKind kind, const std::string& provider,
                               const std::string& call,
                               std::span<const std::string_view> outcomes) {
  prometheus::Labels labels = {
      {"kind", std::string(to_string(kind))}, {"provider", provider}, {"call", call}};
  CallMetrics made;
  made.duration = &durations_.Add(labels, bounds());
  for (const std::string_view outcome : outcomes) {
    labels["outcome"] = outcome;
    made.by_outcome.push_back(&calls_.Add(labels));
  }
  return made;
}

std::unique_ptr<providers::Directory> observed_directory(
    providers::Directory& providers, const std::vector<config::ProviderConfig>& configured,
    CallFamilies families) {
  return std::make_unique<ObservedDirectory>(providers, configured, families);
}

}  // namespace remit::metrics
