// Quotes and estimates as JSON (docs/openapi.json), members in its order, numbers exact. Any
// thread.
#pragma once

#include <string>

#include "remit/quotes/quote_service.hpp"

namespace remit::quotes {

/// As POST /quotes answers.
[[nodiscard]] std::string quote_json(const Quote& quote);
/// As GET /quotes/{quote_id} answers: with status and payment_id.
[[nodiscard]] std::string quote_json(const Quote& quote, Timestamp now);
[[nodiscard]] std::string estimate_json(const FeeEstimate& estimate);

}  // namespace remit::quotes
