// The schema's history, applied in order: `migrations/NNNN_name.sql`, embedded in the program.
//
// A migration runs in a transaction of its own together with its row in `schema_migration`. It
// waits for no lock for longer than requests can wait behind it, and tries again. One that says
// `-- migration: concurrently` in its first line runs statement by statement instead and is
// recorded when it is whole (src/storage/migration_script.hpp); `additive` in that line says that
// programs which do not know it may go on serving requests.
//
// The lock of a row makes instances that start together take turns; a schema that is current takes
// none. Refused, with one line that says why: a database that knows a version this program does
// not, a migration whose text changed after it was applied, a gap. Start-up code: these calls
// block, except the one over a Database.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"

namespace remit::storage {

class Database;

struct Migration {
  std::int64_t version = 0;  ///< 1, 2, 3 …
  std::string_view name;     ///< "0001_payments"
  std::string_view sql;      ///< may hold several statements; no transaction control
};

struct MigrationReport {
  std::int64_t version = 0;          ///< the schema's version now
  std::vector<std::string> applied;  ///< names, in order; empty: there was nothing to do
};

/// How long each wait may take. What it waits for is logged.
struct MigrationPatience {
  std::stop_token stop;  ///< a request to stop ends every wait, and undoes what was begun
  /// Of a statement that waits for a lock, since everybody else waits behind it meanwhile. When it
  /// passes, the transaction is undone and begun again a little later.
  Duration lock_timeout = std::chrono::seconds(1);
  /// From a request to stop on: then what gets no answer is ended with its connection.
  Duration stop_timeout = std::chrono::seconds(10);
  /// For another instance that migrates, and for those who hold locks.
  Duration longest_wait = std::chrono::minutes(10);
};

/// What a running program may do with the schema as it is now.
enum class SchemaFit : std::uint8_t {
  fit,         ///< everything: it is this program's, or is just being made another's
  superseded,  ///< serve requests, and leave the work to newer instances
  outdated,    ///< nothing: a newer program does not say that older ones are right about it
  unfit,       ///< it is not ready: something is missing or changed
};

struct SchemaReport {
  SchemaFit fit = SchemaFit::fit;
  std::string reason;  ///< of anything but `fit`
};

/// Those of this program, in order.
[[nodiscard]] std::span<const Migration> embedded_migrations();

[[nodiscard]] std::expected<MigrationReport, std::string> migrate(
    const std::string& url, std::span<const Migration> migrations = embedded_migrations(),
    const MigrationPatience& patience = {});

/// The names of those that are not applied yet, in order. Fails when anything is unknown or
/// changed. Changes nothing.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> pending_migrations(
    const std::string& url, std::span<const Migration> migrations = embedded_migrations());

/// "migration 0002_ledger and 3 more are not applied to the database yet"; of at least one.
[[nodiscard]] std::string not_applied(const std::vector<std::string>& pending);

/// Of a running program; fails as `Database::run` does.
Task<Result<SchemaReport>> schema_report(Database* database);

}  // namespace remit::storage
