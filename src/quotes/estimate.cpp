#include "estimate.hpp"

#include <algorithm>

#include "remit/base/decimal.hpp"

namespace remit::quotes {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kLegs = 2;
constexpr std::int64_t kPollsPerLeg = 3;

const routing::ProviderStatus* find(const std::vector<routing::ProviderStatus>& status,
                                    ProviderKind kind, std::string_view name) {
  const auto found = std::ranges::find_if(
      status, [&](const auto& one) { return one.kind == kind && one.name == name; });
  return found == status.end() ? nullptr : &*found;
}

void add_risks(std::vector<std::string>& risks, const std::vector<routing::ProviderStatus>& status,
               ProviderKind kind, const routing::Choice& choice) {
  const std::string name = std::string(to_string(kind)) + " " + choice.provider.value_or("");
  const auto* const chosen = find(status, kind, choice.provider.value_or(""));
  if (chosen != nullptr && chosen->breaker == routing::BreakerState::half_open) {
    risks.push_back(name + ": circuit half open");
  }
  if (chosen != nullptr && chosen->failure_rate_millionths > 0) {
    risks.push_back(name + ": " + print_decimal_shortest(chosen->failure_rate_millionths, 4) +
                    " % of recent calls failed");
  }
  const auto usable = std::ranges::count_if(choice.reasons, [](const routing::Reason& reason) {
    return reason.verdict == "chosen" || reason.verdict == "dearer";
  });
  if (usable == 1) risks.push_back(name + ": no alternative is available now");
}

}  // namespace

std::string reasoning_of(ProviderKind kind, const routing::Choice& choice, Currency currency) {
  std::string text(to_string(kind));
  bool is_first = true;
  for (const routing::Reason& reason : choice.reasons) {
    text += (is_first ? " " : ", ") + reason.provider + " " + reason.verdict;
    if (reason.cost_minor) text += " at " + to_string(Money{*reason.cost_minor, currency});
    is_first = false;
  }
  return text;
}

Duration settlement_time(Duration poll_interval) { return poll_interval * kLegs * kPollsPerLeg; }

std::int64_t confidence_millionths(const std::vector<routing::ProviderStatus>& status,
                                   std::string_view onramp, std::string_view offramp) {
  const auto success = [&](ProviderKind kind, std::string_view name) {
    const auto* const one = find(status, kind, name);
    return one == nullptr ? kMillion : kMillion - one->failure_rate_millionths;
  };
  return success(ProviderKind::onramp, onramp) * success(ProviderKind::offramp, offramp) / kMillion;
}

std::vector<std::string> risk_factors(const std::vector<routing::ProviderStatus>& status,
                                      const routing::Choice& onramp,
                                      const routing::Choice& offramp) {
  std::vector<std::string> risks;
  add_risks(risks, status, ProviderKind::onramp, onramp);
  add_risks(risks, status, ProviderKind::offramp, offramp);
  return risks;
}

}  // namespace remit::quotes
