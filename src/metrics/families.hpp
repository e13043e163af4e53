// Metric families as they are read at a scrape, one after the other.
//
// A value of one thread; nothing fails.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/base/histogram.hpp"
#include "remit/base/time.hpp"

namespace remit::metrics {

using Label = std::pair<std::string_view, std::string_view>;
using LabelList = std::initializer_list<Label>;

[[nodiscard]] inline double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

class Families {
 public:
  /// What is added next belongs to it. Without anything added it is left out.
  void counter(std::string name, std::string help);
  void gauge(std::string name, std::string help);
  void histogram(std::string name, std::string help);

  void add(LabelList labels, double value);
  void add(LabelList labels, std::int64_t value) { add(labels, static_cast<double>(value)); }
  void add(LabelList labels, std::size_t value) { add(labels, static_cast<double>(value)); }
  void add(LabelList labels, bool value) { add(labels, value ? 1.0 : 0.0); }
  void add(LabelList labels, const Histogram& histogram);

  [[nodiscard]] std::vector<prometheus::MetricFamily> take();

 private:
  void begin(std::string name, std::string help, prometheus::MetricType type);
  prometheus::ClientMetric& add_to_last(LabelList labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace remit::metrics
