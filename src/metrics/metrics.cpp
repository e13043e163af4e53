#include "remit/metrics/metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <iterator>
#include <optional>
#include <sstream>
#include <utility>

#include "process_families.hpp"
#include "provider_calls.hpp"
#include "remit/telemetry/log.hpp"
#include "request_metrics.hpp"
#include "state_families.hpp"

namespace remit::metrics {

struct Metrics::Impl {
  explicit Impl(std::string_view version_in) : version(version_in) {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const {
    Families families;
    if (sources) {
      add_server(families, *sources);
      add_lanes(families, sources->database);
      add_engine(families, *sources);
      add_events(families, *sources);
      add_wallets(families, *sources);
      add_webhooks(families, *sources);
      add_reconciliation(families, *sources);
      add_providers(families, *sources);
    }
    families.counter("remit_log_lines_dropped_total",
                     "Lines of the log that could not be written, or not in time");
    families.add({}, static_cast<double>(telemetry::dropped_log_lines()));
    families.gauge("remit_build_info", "1, with the version of the program");
    families.add({{"version", version}}, 1.0);
    process.add_to(families);
    return families.take();
  }

  const std::string version;
  prometheus::Registry registry;
  std::optional<RequestMetrics> requests;
  std::optional<Sources> sources;
  ProcessFigures process;
};

Metrics::Metrics(std::string_view version) : impl_(std::make_unique<Impl>(version)) {}

Metrics::~Metrics() = default;

net::Observer& Metrics::observe_requests(std::span<const net::Route> routes) {
  return impl_->requests.emplace(impl_->registry, routes);
}

std::unique_ptr<providers::Directory> Metrics::observe_calls(
    providers::Directory& providers, const std::vector<config::ProviderConfig>& configured) {
  return observed_directory(providers, configured, CallFamilies(impl_->registry));
}

void Metrics::read_from(Sources sources) { impl_->sources.emplace(std::move(sources)); }

std::string Metrics::exposition() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  std::vector<prometheus::MetricFamily> state = impl_->collect();
  families.insert(families.end(), std::make_move_iterator(state.begin()),
                  std::make_move_iterator(state.end()));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace remit::metrics
