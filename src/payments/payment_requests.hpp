// Reads requests of the payment service from HTTP, with all faults at once. Pure.
#pragma once

#include <variant>

#include "remit/net/http.hpp"
#include "remit/payments/payment.hpp"
#include "remit/payments/payment_routes.hpp"

namespace remit::payments {

[[nodiscard]] Result<ChargeRequest> read_charge(const net::Request& request,
                                                const net::JsonValue& body,
                                                const PaymentRouteSettings& settings,
                                                Timestamp now);

[[nodiscard]] Result<ConversionRequest> read_conversion(const net::Request& request,
                                                        const net::JsonValue& body,
                                                        const PaymentRouteSettings& settings,
                                                        Timestamp now);

using PaymentRequest = std::variant<ChargeRequest, ConversionRequest>;

/// One resource, two kinds, told apart by the body. Of the body nothing is left but what is
/// answered.
[[nodiscard]] Result<PaymentRequest> read_payment(const net::Request& request,
                                                  const PaymentRouteSettings& settings,
                                                  Timestamp now);

[[nodiscard]] Result<ListRequest> read_list(const net::Request& request);
[[nodiscard]] Result<SummaryRequest> read_summary(const net::Request& request,
                                                  const PaymentRouteSettings& settings);

/// An id that cannot be one of ours names nothing: kPaymentNotFound.
[[nodiscard]] Result<Uuid> read_payment_id(const net::Request& request);

}  // namespace remit::payments
