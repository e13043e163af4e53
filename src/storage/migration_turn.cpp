#include "migration_turn.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <pqxx/except>
#include <stdexcept>
#include <utility>

#include "failure.hpp"
#include "remit/storage/conninfo.hpp"
#include "remit/storage/values.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::storage {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLongestPause = std::chrono::seconds(1);
constexpr Duration kReportsApart = std::chrono::seconds(10);

/// Of several that begin together, one makes the table, and the others may fail meanwhile.
constexpr int kAttemptsToMake = 5;

// Neither waits for a lock when it is there.
constexpr const char* kMakeTable =
    "CREATE TABLE IF NOT EXISTS schema_migration_turn ("
    " one boolean PRIMARY KEY DEFAULT true CHECK (one))";
constexpr const char* kMakeRow =
    "INSERT INTO schema_migration_turn (one) VALUES (true) ON CONFLICT DO NOTHING";
// With another isolation it would keep its snapshot.
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
// As plain SQL: a prepared statement would leave a portal behind, and in it its snapshot.
constexpr const char* kTake = "SELECT 1 FROM schema_migration_turn FOR UPDATE SKIP LOCKED";
// Others that ask for the row lock the table as well, but only for a moment.
constexpr Statement kHolder{
    "migration_turn_holder",
    "SELECT 'pid ' || l.pid || ' (' || concat_ws(', ', nullif(a.application_name, ''),"
    " a.client_addr::text, 'since ' || date_trunc('second', a.xact_start)) || ')'"
    " FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'RowShareLock'"
    " AND l.relation = to_regclass('schema_migration_turn') AND l.pid <> pg_backend_pid()"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " ORDER BY a.xact_start LIMIT 1"};

void make_table(Connection& connection) {
  for (int attempt = 1;; ++attempt) {
    try {
      connection.run(kMakeTable);
      connection.run(kMakeRow);
      return;
    } catch (const pqxx::sql_error&) {
      if (attempt == kAttemptsToMake) throw;
    }
  }
}

/// With its transaction left open, when it is.
bool try_to_take(Connection& connection) {
  connection.run(kBegin);
  if (!connection.run(kTake).empty()) return true;
  connection.run("ROLLBACK");
  return false;
}

/// Empty: it has just ended.
std::string holder_of_turn(Connection& connection) {
  const pqxx::result rows = Transaction(connection).execute(kHolder);
  return rows.empty() ? std::string() : read_value<std::string>(rows);
}

}  // namespace

bool pause_for(Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

std::expected<MigrationTurn, std::string> MigrationTurn::take(
    const std::string& url, const std::shared_ptr<CallGuard>& guard,
    const MigrationPatience& patience) {
  using Clock = std::chrono::steady_clock;
  const auto conninfo = complete_conninfo(url, "remit-migration-turn");
  if (!conninfo) return std::unexpected(conninfo.error());
  auto connection = std::make_unique<Connection>(
      *conninfo, SessionKind::migration,
      ConnectionSettings{.guard = guard, .call_limit = CallGuard::kNoLimit});
  make_table(*connection);
  const auto begin = Clock::now();
  auto next_report = begin;
  Duration pause = kFirstPause;
  while (true) {
    if (try_to_take(*connection)) return MigrationTurn(std::move(connection));
    const std::string who = holder_of_turn(*connection);
    if (!who.empty() && Clock::now() >= next_report) {
      telemetry::log(telemetry::Level::warn, "waiting for another instance's migration",
                     {{"holder", who}});
      next_report = Clock::now() + kReportsApart;
    }
    if (Clock::now() - begin >= patience.longest_wait) {
      return std::unexpected("another instance has been migrating the database for longer than " +
                             to_string(patience.longest_wait) + ": " + who);
    }
    if (!pause_for(pause, patience.stop)) {
      return std::unexpected("stopped while another instance migrated the database: " + who);
    }
    pause = std::min(pause * 2, kLongestPause);
  }
}

void MigrationTurn::require() {
  try {
    holder_->run("SELECT 1");
  } catch (const std::exception& error) {
    throw std::runtime_error(refusal_of("the turn to migrate was lost", error.what()));
  }
}

}  // namespace remit::storage
