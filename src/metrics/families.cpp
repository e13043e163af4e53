#include "families.hpp"

#include <limits>

namespace remit::metrics {

using prometheus::ClientMetric;
using prometheus::MetricType;

void Families::begin(std::string name, std::string help, MetricType type) {
  families_.push_back(
      {.name = std::move(name), .help = std::move(help), .type = type, .metric = {}});
}

void Families::counter(std::string name, std::string help) {
  begin(std::move(name), std::move(help), MetricType::Counter);
}

void Families::gauge(std::string name, std::string help) {
  begin(std::move(name), std::move(help), MetricType::Gauge);
}

void Families::histogram(std::string name, std::string help) {
  begin(std::move(name), std::move(help), MetricType::Histogram);
}

ClientMetric& Families::add_to_last(LabelList labels) {
  ClientMetric& metric = families_.back().metric.emplace_back();
  for (const auto& [name, value] : labels) {
    metric.label.push_back({.name = std::string(name), .value = std::string(value)});
  }
  return metric;
}

void Families::add(LabelList labels, double value) {
  ClientMetric& metric = add_to_last(labels);
  metric.counter.value = value;
  metric.gauge.value = value;
}

void Families::add(LabelList labels, const Histogram& histogram) {
  ClientMetric::Histogram& shown = add_to_last(labels).histogram;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    total += histogram.counts()[i];
    const bool is_last = i == histogram.bounds().size();
    const double bound = is_last ? std::numeric_limits<double>::infinity() : histogram.bounds()[i];
    shown.bucket.push_back({.cumulative_count = total, .upper_bound = bound});
  }
  shown.sample_count = total;
  shown.sample_sum = histogram.sum();
}

std::vector<prometheus::MetricFamily> Families::take() {
  std::erase_if(families_, [](const auto& family) { return family.metric.empty(); });
  return std::exchange(families_, {});
}

}  // namespace remit::metrics
