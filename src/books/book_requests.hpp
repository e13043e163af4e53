// Queries of the routes under /ledger → what the service takes. Every parameter at fault is told.
// Pure; any thread.
#pragma once

#include "remit/books/entry_operations.hpp"
#include "remit/net/http.hpp"

namespace remit::books {

[[nodiscard]] Result<ListEntries::Input> read_entry_list(const net::Request& request);

}  // namespace remit::books
