// Reads requests of the quote service from HTTP, with all faults at once. Pure.
#pragma once

#include <initializer_list>
#include <string_view>

#include "remit/net/http.hpp"
#include "remit/quotes/quote_service.hpp"

namespace remit::quotes {

/// `hints`: members that are taken for their shape alone.
[[nodiscard]] Result<QuoteRequest> read_quote_request(
    const net::Request& request, std::initializer_list<std::string_view> hints = {});

}  // namespace remit::quotes
