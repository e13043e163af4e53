#include "remit/app/routes.hpp"

#include "remit/app/openapi_routes.hpp"
#include "remit/quotes/quote_routes.hpp"

namespace remit::app {

net::Router make_router(const RouteParts& parts, payments::PaymentRouteSettings payment_settings) {
  net::Router router;
  router.add(operation_routes(parts.database, parts.readiness));
  router.add(openapi_route());
  router.add(quotes::quote_routes(parts.quotes));
  router.add(payments::payment_routes(parts.payments, payment_settings));
  return router;
}

}  // namespace remit::app
