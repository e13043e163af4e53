// Payments as JSON, in the shape of docs/openapi.json. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "remit/payments/payment.hpp"

namespace remit::payments {

[[nodiscard]] std::string payment_json(const Payment& payment);
/// GET /payments/{id}/routing: each leg's choices with their reasons, and the one still to be made.
[[nodiscard]] std::string routing_json(const PaymentRouting& routing);
/// `next_cursor` is empty on the last page.
[[nodiscard]] std::string payments_json(const std::vector<Payment>& payments,
                                        const std::string& next_cursor);
[[nodiscard]] std::string summary_json(const Summary& summary, Currency currency);

}  // namespace remit::payments
