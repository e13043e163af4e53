// Whether a session is one that the product can work in.
//
// Start-up code. Throws libpqxx's exceptions.
#pragma once

#include <expected>
#include <string>

#include "connection.hpp"

namespace remit::storage {

/// Refused, in one line: a database whose text is not UTF-8, and a pooler that gives a session's
/// server process to others between two transactions, so that nothing that was set stays set.
/// `conninfo`: of the connection, for a second one beside it.
[[nodiscard]] std::expected<void, std::string> check_session(Connection& connection,
                                                             const std::string& conninfo);

}  // namespace remit::storage
