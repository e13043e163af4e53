// The routes under /ledger that read (docs/ledger.md).
#pragma once

#include <vector>

#include "remit/books/book_service.hpp"
#include "remit/net/router.hpp"

namespace remit::books {

/// `service` outlives every request.
[[nodiscard]] std::vector<net::Route> book_routes(BookService& service);

}  // namespace remit::books
