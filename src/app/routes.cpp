#include "remit/app/routes.hpp"

#include "remit/app/openapi_routes.hpp"
#include "remit/quotes/quote_routes.hpp"

namespace remit::app {

net::Router make_router(const RouteParts& parts, payments::PaymentRouteSettings payment_settings) {
  net::Router router;
  add_operation_routes(router, {parts.write_lanes, parts.read_lanes, parts.ready_lanes},
                       parts.readiness);
  add_openapi_routes(router);
  quotes::add_quote_routes(router, parts.quotes);
  payments::add_payment_routes(router, parts.payments, payment_settings);
  return router;
}

}  // namespace remit::app
