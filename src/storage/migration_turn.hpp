// Whose turn it is to migrate: one session's at a time, by an advisory lock.
//
// Asked for again and again rather than waited for inside the server: a session that waits there
// holds a snapshot, which an index that is built concurrently waits for in its turn.
#pragma once

#include <expected>
#include <string>

#include "connection.hpp"
#include "remit/storage/migrations.hpp"

namespace remit::storage {

/// Until the session ends. The error says who has had the turn for too long, or that it was given
/// up because of a request to stop. Throws libpqxx's exceptions.
[[nodiscard]] std::expected<void, std::string> take_turn(Connection& connection,
                                                         const MigrationPatience& patience);

/// Between two attempts; false when it was ended by a request to stop.
[[nodiscard]] bool pause_for(Duration duration, const std::stop_token& stop);

}  // namespace remit::storage
