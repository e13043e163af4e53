// The position of the next page of a list: after the row with this instant and id. Clients see an
// opaque text. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::net {

struct Cursor {
  Timestamp at;
  Uuid id;
};

[[nodiscard]] std::string to_text(const Cursor& cursor);
/// Empty: it was not made by this server.
[[nodiscard]] std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace remit::net
