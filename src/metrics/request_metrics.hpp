// Requests of a server, by route, method and status.
//
// Owned by `Metrics`; loop thread.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "remit/net/server.hpp"

namespace remit::metrics {

class RequestMetrics final : public net::Observer {
 public:
  RequestMetrics(prometheus::Registry& registry, std::span<const net::Route> routes);

  void on_answered(const net::AnsweredRequest& request) override;

 private:
  /// The requests of one route and method. Its metrics exist from the first of them on.
  struct Cell {
    prometheus::Histogram* duration = nullptr;
    std::vector<std::pair<int, prometheus::Counter*>> by_status;  ///< few
  };

  prometheus::Counter& counter_of(Cell& cell, const net::AnsweredRequest& request);
  prometheus::Histogram& duration_of(Cell& cell, const net::AnsweredRequest& request);

  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  std::size_t routes_;
  std::vector<Cell> cells_;  ///< of route times method; the last route is none, the last method too
};

}  // namespace remit::metrics
