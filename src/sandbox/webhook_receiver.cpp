#include "remit/sandbox/webhook_receiver.hpp"

#include <utility>

#include "remit/net/json_writer.hpp"
#include "sim_answers.hpp"
#include "sim_routes.hpp"

namespace remit::sandbox {

namespace {

constexpr int kMaxSegments = 8;

std::size_t size_of(const Delivery& delivery) {
  std::size_t size = sizeof(Delivery) + delivery.path.size() + delivery.body.size();
  for (const net::Header& header : delivery.headers.all()) {
    size += sizeof(net::Header) + header.name.size() + header.value.size();
  }
  return size;
}

void write(net::JsonWriter& out, const Delivery& delivery) {
  out.begin_object().member("path", delivery.path).name("headers").begin_object();
  for (const net::Header& header : delivery.headers.all()) out.member(header.name, header.value);
  out.end_object();
  out.member("body", delivery.body)
      .member("received_at", to_rfc3339(delivery.received_at))
      .end_object();
}

}  // namespace

void WebhookReceiver::add_routes(const std::shared_ptr<WebhookReceiver>& self,
                                 net::Router& router) {
  using enum net::Method;
  SimRoutes<WebhookReceiver> routes(self, router);
  routes.add(get, "/received", Access::control, &WebhookReceiver::list)
      .add(delete_, "/received", Access::control, &WebhookReceiver::clear)
      .add_faults()
      .add(post, "/", Access::control, &WebhookReceiver::take);
  std::string pattern;
  for (int depth = 1; depth <= kMaxSegments; ++depth) {
    pattern += "/{segment" + std::to_string(depth) + "}";
    routes.add(post, pattern, Access::control, &WebhookReceiver::take);
  }
}

Task<Result<net::Response>> WebhookReceiver::take(net::Request request) {
  const Duration delay = faults_.delay();
  const bool has_passed = co_await context_.pauses->wait(delay);
  if (!has_passed) co_return no_answer();
  keep(request);
  net::Response response = net::json_response(200, R"({"received":true})");
  if (faults_.settings().failing) response = net::json_response(500, R"({"received":false})");
  if (faults_.settings().status != 0) {
    response.status = static_cast<int>(faults_.settings().status);
  }
  if (response.status == 204 || response.status == 304) response.body.clear();
  if (faults_.happens(faults_.settings().drop_response_per_million)) co_return no_answer();
  co_return response;
}

void WebhookReceiver::keep(const net::Request& request) {
  received_.push_back({request.path, request.headers, request.body, context_.clock.now()});
  bytes_ += size_of(received_.back());
  while (received_.size() > kMaxDeliveries || bytes_ > kMaxBytes) {
    bytes_ -= size_of(received_.front());
    received_.pop_front();
  }
}

Result<net::Response> WebhookReceiver::list(const net::Request& request) {
  const std::optional<std::string_view> path = request.query_value("path");
  net::JsonWriter out;
  out.begin_object().name("received").begin_array();
  for (const Delivery& delivery : received_) {
    if (!path || delivery.path == *path) write(out, delivery);
  }
  return net::json_response(200, out.end_array().end_object().take());
}

Result<net::Response> WebhookReceiver::clear(const net::Request&) {
  received_.clear();
  bytes_ = 0;
  return no_content();
}

}  // namespace remit::sandbox
