// Quotes and estimates as JSON (docs/openapi.json), members in its order, numbers exact. Any
// thread.
#pragma once

#include <optional>
#include <string>

#include "remit/quotes/quote_service.hpp"

namespace remit::quotes {

/// As POST /quotes answers; as GET /quotes/{quote_id} does `now`: with status and payment_id.
[[nodiscard]] std::string quote_json(const Quote& quote,
                                     std::optional<Timestamp> now = std::nullopt);
[[nodiscard]] std::string estimate_json(const FeeEstimate& estimate);

}  // namespace remit::quotes
