// Whose turn it is to migrate: one instance's at a time, by a lock on the one row of the table
// schema_migration_turn. An advisory lock would not reach the other nodes of a database that is
// distributed over several.
//
// A session of its own holds the row in a transaction that stays open for as long as the turn
// lasts. Between its statements it has no snapshot, which an index that is built concurrently would
// wait for. For the same reason the row is asked for again and again rather than waited for inside
// the server. Used by one thread; calls throw libpqxx's exceptions.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "connection.hpp"
#include "remit/storage/migrations.hpp"

namespace remit::storage {

class MigrationTurn {
 public:
  /// The error says who has had the turn for too long, or that it was given up because of a request
  /// to stop.
  [[nodiscard]] static std::expected<MigrationTurn, std::string> take(
      const std::string& url, const std::shared_ptr<CallGuard>& guard,
      const MigrationPatience& patience);

  /// Throws when it was lost with its session: another instance may have it.
  void require();

 private:
  explicit MigrationTurn(std::unique_ptr<Connection> holder) : holder_(std::move(holder)) {}

  std::unique_ptr<Connection> holder_;
};

/// Between two attempts; false when it was ended by a request to stop.
[[nodiscard]] bool pause_for(Duration duration, const std::stop_token& stop);

}  // namespace remit::storage
