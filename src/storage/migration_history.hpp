// The migrations that a database has, compared with those that this program knows.
//
// What reads the database throws libpqxx's exceptions; the rest is pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <pqxx/result>
#include <span>
#include <string>
#include <vector>

#include "connection.hpp"
#include "remit/storage/migrations.hpp"

namespace remit::storage {

/// For lanes; columns as `read_history` takes them.
inline constexpr Statement kHistory{
    "schema_migration_list",
    "SELECT version, name, checksum, additive FROM schema_migration ORDER BY version"};
/// Whether an instance is migrating: who holds the turn's row has locked its table for that, too
/// (migration_turn.hpp).
inline constexpr Statement kIsMigrating{
    "schema_migration_running",
    "SELECT EXISTS (SELECT 1 FROM pg_locks"
    " WHERE locktype = 'relation' AND granted AND mode = 'RowShareLock'"
    " AND relation = to_regclass('schema_migration_turn')"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"};

struct Applied {
  std::int64_t version = 0;
  std::string name;
  std::string checksum;
  bool additive = false;
};

using History = std::vector<Applied>;

[[nodiscard]] History read_history(const pqxx::result& rows);
/// Empty without the table, too. A table of another kind is a std::runtime_error.
[[nodiscard]] History read_history(Connection& connection);

/// How many of the migrations are applied; or why the two do not agree.
[[nodiscard]] std::expected<std::size_t, std::string> compare(
    const History& applied, std::span<const Migration> migrations);

/// The names of those that are not applied yet. Fails as `compare` does.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> pending_of(
    const History& applied, std::span<const Migration> migrations);

/// What a running program may do then; `migrating`: an instance is migrating now.
[[nodiscard]] SchemaReport judge(const History& applied, std::span<const Migration> migrations,
                                 bool migrating);

}  // namespace remit::storage
