#include "remit/app/openapi_routes.hpp"

#include <string>

namespace remit::app {
namespace {

Task<Result<net::Response>> describe(net::Request /*request*/) {
  co_return net::json_response(200, std::string(openapi_document()));
}

}  // namespace

net::Route openapi_route() {
  return {net::Method::get, "/openapi.json", net::Scope::open, describe};
}

}  // namespace remit::app
