#include <utility>

#include "remit/metrics/metrics.hpp"

namespace remit::metrics {
namespace {

class MetricsRoute {
 public:
  explicit MetricsRoute(std::function<std::string()> exposition)
      : exposition_(std::move(exposition)) {}

  Task<Result<net::Response>> answer(net::Request /*request*/) {
    net::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = exposition_();
    co_return response;
  }

 private:
  std::function<std::string()> exposition_;
};

}  // namespace

net::Route metrics_route(std::function<std::string()> exposition, net::Scope scope) {
  auto route = std::make_shared<MetricsRoute>(std::move(exposition));
  return {net::Method::get, "/metrics", scope,
          net::handler_of(std::move(route), &MetricsRoute::answer)};
}

}  // namespace remit::metrics
