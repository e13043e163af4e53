// /payments, /payments-summary and /purge-payments (docs/openapi.json): HTTP to service and back.
#pragma once

#include <vector>

#include "remit/net/router.hpp"
#include "remit/payments/payment_service.hpp"

namespace remit::payments {

struct PaymentRouteSettings {
  Currency charge_currency = Currency::BRL;
  bool allow_purge = false;
  /// Every repeated key is 409, as if each request asked for it.
  bool always_strict = false;
};

/// `service` outlives every request.
[[nodiscard]] std::vector<net::Route> payment_routes(PaymentService& service,
                                                     PaymentRouteSettings settings);

}  // namespace remit::payments
