// POST /quotes, GET /quotes/{quote_id}, POST /fees/calculate (docs/openapi.json).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remit/net/router.hpp"
#include "remit/quotes/quote_service.hpp"

namespace remit::quotes {

/// `service` outlives every request.
[[nodiscard]] std::vector<net::Route> quote_routes(QuoteService& service);

/// {"platform_fee":…,"onramp_fee":…,"offramp_fee":…,"total_fees":…,"currency":"…"}: the same
/// wherever a quote's fees are shown.
[[nodiscard]] std::string fees_json(const QuoteFees& fees, std::string_view currency);

}  // namespace remit::quotes
