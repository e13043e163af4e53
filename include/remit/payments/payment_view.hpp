// Payments as JSON, in the shape of docs/openapi.json. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "remit/net/page.hpp"
#include "remit/payments/payment.hpp"

namespace remit::payments {

[[nodiscard]] std::string payment_json(const Payment& payment);
/// GET /payments/{id}/routing: each leg's choices with their reasons, and the one still to be made.
[[nodiscard]] std::string routing_json(const PaymentRouting& routing);
/// A page ends with the payment that makes it longer than this many bytes.
inline constexpr std::size_t kFullPage = 262'144;

/// A page of at most `limit`, with the cursor that leads to the next one when there are more.
[[nodiscard]] net::Page payments_page(const std::vector<Payment>& payments, std::size_t limit);
[[nodiscard]] std::string summary_json(const Summary& summary, Currency currency);

}  // namespace remit::payments
