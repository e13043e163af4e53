// Why a database is of no use to remit, as one line for an operator. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace remit::storage {

/// `what`, a colon and libpq's or the server's `message` as one line. A database that takes no
/// writes is named as that, whatever was tried on it.
[[nodiscard]] std::string refusal_of(std::string_view what, std::string_view message);

[[nodiscard]] std::string read_only_refusal();

}  // namespace remit::storage
