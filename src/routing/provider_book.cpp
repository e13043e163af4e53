#include "remit/routing/provider_book.hpp"

#include <algorithm>
#include <utility>

#include "remit/routing/latency_window.hpp"

namespace remit::routing {
namespace {

constexpr Duration kLatencyGeneration = std::chrono::seconds(30);
// What is remembered of the slowest answers outlives the percentiles shown: it decides how long an
// unanswered call may still take effect.
constexpr Duration kLongestGeneration = std::chrono::minutes(10);
constexpr int kReportIntervals = 3;
constexpr int kUsualPercent = 75;
// A provider that claims to be slower than this would only hold payments up.
constexpr std::int64_t kLongestClaimMs = 600'000;

}  // namespace

struct ProviderBook::Entry {
  config::ProviderConfig config;
  std::int64_t capacity;
  Breaker breaker;
  BreakerState announced = BreakerState::closed;
  bool announced_failing = false;
  FeeSchedule fee;
  std::optional<HealthReport> health;
  Duration health_seen_at{0};
  std::int64_t in_flight = 0;
  LatencyWindow latencies{kLatencyGeneration};
  LatencyWindow slowest{kLongestGeneration};
};

ProviderBook::ProviderBook(const std::vector<config::ProviderConfig>& providers,
                           std::int64_t processor_capacity, std::int64_t ramp_capacity,
                           const Clock& clock)
    : clock_(clock) {
  entries_.reserve(providers.size());
  for (const config::ProviderConfig& provider : providers) {
    const bool is_processor = provider.kind == ProviderKind::processor;
    entries_.push_back(
        std::make_unique<Entry>(Entry{.config = provider,
                                      .capacity = is_processor ? processor_capacity : ramp_capacity,
                                      .breaker = Breaker(provider.breaker, clock.monotonic()),
                                      .fee = provider.fee,
                                      .health = std::nullopt}));
  }
}

ProviderBook::~ProviderBook() = default;

std::vector<Candidate> ProviderBook::survey(ProviderKind kind) const {
  const Duration now = clock_.monotonic();
  std::vector<Candidate> candidates;
  for (const auto& one : entries_) {
    if (one->config.kind != kind) continue;
    candidates.push_back({.name = one->config.name,
                          .role = one->config.role,
                          .fee = one->fee,
                          .circuit_allows = one->breaker.allow(now),
                          .time_to_half_open = one->breaker.time_to_half_open(now),
                          .reported_failing = is_reported_failing(*one),
                          .has_room = one->in_flight < one->capacity,
                          .timeout = one->config.timeout,
                          .longest_latency = longest_latency(*one, now),
                          .usual_latency = usual_latency(*one, now)});
  }
  return candidates;
}

Choice ProviderBook::choose(ProviderKind kind, Money amount) const {
  return choose_provider(survey(kind), {.amount = amount});
}

std::optional<ProviderBook::Ticket> ProviderBook::begin_call(ProviderKind kind,
                                                             std::string_view name) {
  Entry* const found = entry(kind, name);
  if (found == nullptr || found->in_flight >= found->capacity) return std::nullopt;
  const std::optional<Breaker::Pass> pass = found->breaker.begin(clock_.monotonic());
  announce(*found);
  if (!pass) return std::nullopt;
  ++found->in_flight;
  return Ticket(this, found, *pass, clock_.monotonic());
}

void ProviderBook::end_call(Entry& one, Breaker::Pass pass, bool healthy, Duration latency) {
  const Duration now = clock_.monotonic();
  --one.in_flight;
  one.latencies.add(latency, now);
  one.slowest.add(latency, now);
  one.breaker.finish(pass, healthy, now);
  announce(one);
}

bool ProviderBook::set_circuit(ProviderKind kind, std::string_view name, CircuitOverride wanted) {
  Entry* const found = entry(kind, name);
  if (found == nullptr) return false;
  found->breaker.force(wanted, clock_.monotonic());
  announce(*found);
  return true;
}

void ProviderBook::on_circuit_change(std::function<void(const CircuitChange&)> listener) {
  listener_ = std::move(listener);
}

void ProviderBook::on_health_change(std::function<void(const HealthChange&)> listener) {
  health_listener_ = std::move(listener);
}

void ProviderBook::observe() {
  for (const auto& one : entries_) announce(*one);
}

void ProviderBook::announce(Entry& one) {
  const bool failing = is_reported_failing(one);
  if (std::exchange(one.announced_failing, failing) != failing && health_listener_) {
    health_listener_({one.config.kind, one.config.name, failing});
  }
  const BreakerState state = one.breaker.state(clock_.monotonic());
  if (state == one.announced) return;
  const BreakerState before = std::exchange(one.announced, state);
  if (listener_) listener_({one.config.kind, one.config.name, before, state});
}

void ProviderBook::report_health(ProviderKind kind, std::string_view name,
                                 const HealthReport& report) {
  Entry* const found = entry(kind, name);
  if (found == nullptr) return;
  const bool is_news = !found->health || found->health->checked_at != report.checked_at;
  if (is_news) found->health_seen_at = clock_.monotonic();
  found->health = report;
  announce(*found);
}

bool ProviderBook::has_report(const Entry& one) const {
  const Duration age = clock_.monotonic() - one.health_seen_at;
  return one.health && age <= one.config.health_interval * kReportIntervals;
}

bool ProviderBook::is_reported_failing(const Entry& one) const {
  return has_report(one) && one.health->failing;
}

void ProviderBook::set_fee(ProviderKind kind, std::string_view name, const FeeSchedule& fee) {
  if (Entry* const found = entry(kind, name)) found->fee = fee;
}

FeeSchedule ProviderBook::fee(ProviderKind kind, std::string_view name) const {
  const Entry* const found = entry(kind, name);
  return found == nullptr ? FeeSchedule{} : found->fee;
}

Duration ProviderBook::longest_latency(ProviderKind kind, std::string_view name) const {
  const Entry* const found = entry(kind, name);
  return found == nullptr ? Duration{0} : longest_latency(*found, clock_.monotonic());
}

Duration ProviderBook::longest_latency(const Entry& one, Duration now) const {
  const auto longest = one.slowest.longest(now);
  const std::int64_t claimed_ms = one.health ? one.health->min_response_ms : 0;
  const Duration claimed = std::chrono::milliseconds(std::min(claimed_ms, kLongestClaimMs));
  return std::max({one.config.timeout, longest.value_or(Duration{0}), claimed});
}

Duration ProviderBook::usual_latency(const Entry& one, Duration now) const {
  const std::int64_t claimed_ms = has_report(one) ? one.health->min_response_ms : 0;
  const Duration claimed = std::chrono::milliseconds(std::min(claimed_ms, kLongestClaimMs));
  return std::max(one.latencies.percentile(kUsualPercent, now).value_or(Duration{0}), claimed);
}

const config::ProviderConfig* ProviderBook::find(ProviderKind kind, std::string_view name) const {
  const Entry* const found = entry(kind, name);
  return found == nullptr ? nullptr : &found->config;
}

std::vector<ProviderStatus> ProviderBook::status() const {
  const Duration now = clock_.monotonic();
  std::vector<ProviderStatus> all;
  all.reserve(entries_.size());
  for (const auto& one : entries_) {
    all.push_back({.kind = one->config.kind,
                   .name = one->config.name,
                   .breaker = one->breaker.state(now),
                   .failure_rate_millionths = one->breaker.failure_rate_millionths(now),
                   .health = one->health,
                   .in_flight = one->in_flight,
                   .takes_calls = one->breaker.state(now) == BreakerState::closed &&
                                  !is_reported_failing(*one)});
  }
  return all;
}

ProviderBook::Entry* ProviderBook::entry(ProviderKind kind, std::string_view name) const {
  for (const auto& one : entries_) {
    if (one->config.kind == kind && one->config.name == name) return one.get();
  }
  return nullptr;
}

ProviderBook::Ticket::Ticket(Ticket&& other) noexcept
    : book_(std::exchange(other.book_, nullptr)),
      entry_(other.entry_),
      pass_(other.pass_),
      begun_(other.begun_) {}

ProviderBook::Ticket& ProviderBook::Ticket::operator=(Ticket&& other) noexcept {
  std::swap(book_, other.book_);
  std::swap(entry_, other.entry_);
  std::swap(pass_, other.pass_);
  std::swap(begun_, other.begun_);
  return *this;
}

ProviderBook::Ticket::~Ticket() {
  if (book_ != nullptr) finish(false, book_->clock_.monotonic() - begun_);
}

void ProviderBook::Ticket::finish(bool healthy, Duration latency) {
  ProviderBook* const book = std::exchange(book_, nullptr);
  if (book != nullptr) book->end_call(*entry_, pass_, healthy, latency);
}

}  // namespace remit::routing
