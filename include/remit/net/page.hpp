// A page of a list as a response (docs/api.md §1). Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "remit/net/http.hpp"
#include "remit/net/query_reader.hpp"

namespace remit::net {

struct Page {
  std::string items;           ///< a JSON array
  std::optional<Cursor> next;  ///< of the page after it; empty: it is the last
};

/// {"data": items, "next_cursor": …}. For a request that wants bare lists the items alone, and the
/// address of the next page in `Link` (RFC 8288), with the request's own parameters.
[[nodiscard]] Response page_response(const Request& request, Page page);

}  // namespace remit::net
