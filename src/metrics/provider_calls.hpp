// Providers whose calls are counted: a Directory that hands every call on to another one.
//
// Owned by the composition root, as long as calls are made; loop thread. The metrics of a provider
// exist from the start, so that its first failure is an increase.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/config/config.hpp"
#include "remit/providers/directory.hpp"

namespace remit::metrics {

/// One sort of call to one provider.
class CallMetrics {
 public:
  prometheus::Histogram* duration = nullptr;
  std::vector<prometheus::Counter*> by_outcome;

  void count(std::size_t outcome, std::chrono::duration<double> took) const {
    by_outcome.at(outcome)->Increment();
    duration->Observe(took.count());
  }
};

/// The families that all providers share; they belong to the registry.
class CallFamilies {
 public:
  explicit CallFamilies(prometheus::Registry& registry);
  [[nodiscard]] CallMetrics make(ProviderKind kind, const std::string& provider,
                                 const std::string& call,
                                 std::span<const std::string_view> outcomes);

 private:
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& durations_;
};

[[nodiscard]] std::unique_ptr<providers::Directory> observed_directory(
    providers::Directory& providers, const std::vector<config::ProviderConfig>& configured,
    CallFamilies families);

}  // namespace remit::metrics
