#include "request_metrics.hpp"

#include <algorithm>

namespace remit::metrics {
namespace {

constexpr std::size_t kMethods = net::kMethods.size() + 1;

const prometheus::Histogram::BucketBoundaries& bounds() {
  static const prometheus::Histogram::BucketBoundaries kSeconds = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return kSeconds;
}

std::size_t index_of(std::optional<net::Method> method) {
  return method ? static_cast<std::size_t>(*method) : net::kMethods.size();
}

prometheus::Labels labels_of(const net::AnsweredRequest& request) {
  return {{"route", std::string(request.route)},
          {"method", request.method ? std::string(net::to_string(*request.method)) : ""}};
}

}  // namespace

RequestMetrics::RequestMetrics(prometheus::Registry& registry, std::span<const net::Route> routes)
    : requests_(prometheus::BuildCounter()
                    .Name("remit_http_requests_total")
                    .Help("Requests answered, by the pattern of their route")
                    .Register(registry)),
      durations_(prometheus::BuildHistogram()
                     .Name("remit_http_request_duration_seconds")
                     .Help("From the complete request to its response, sending not included")
                     .Register(registry)),
      routes_(routes.size()),
      cells_((routes_ + 1) * kMethods) {}

void RequestMetrics::on_answered(const net::AnsweredRequest& request) {
  const std::size_t route = std::min(request.route_index, routes_);
  Cell& cell = cells_[route * kMethods + index_of(request.method)];
  counter_of(cell, request).Increment();
  if (!request.method) return;  // it took no time
  const std::chrono::duration<double> taken = request.latency;
  duration_of(cell, request).Observe(taken.count());
}

prometheus::Counter& RequestMetrics::counter_of(Cell& cell, const net::AnsweredRequest& request) {
  for (const auto& [status, counter] : cell.by_status) {
    if (status == request.status) return *counter;
  }
  prometheus::Labels labels = labels_of(request);
  labels.emplace("status", std::to_string(request.status));
  prometheus::Counter& made = requests_.Add(labels);
  cell.by_status.emplace_back(request.status, &made);
  return made;
}

prometheus::Histogram& RequestMetrics::duration_of(Cell& cell,
                                                   const net::AnsweredRequest& request) {
  if (cell.duration == nullptr) cell.duration = &durations_.Add(labels_of(request), bounds());
  return *cell.duration;
}

}  // namespace remit::metrics
