#include "remit/app/openapi_routes.hpp"

#include <string>
#include <utility>

namespace remit::app {
namespace {

Task<net::Response> describe(net::Request /*request*/) {
  co_return net::json_response(200, std::string(openapi_document()));
}

}  // namespace

void add_openapi_routes(net::Router& router) {
  router.add(net::Method::get, "/openapi.json",
             [](net::Request request) { return describe(std::move(request)); });
}

}  // namespace remit::app
