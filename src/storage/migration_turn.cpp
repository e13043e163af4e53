#include "migration_turn.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "migration_history.hpp"
#include "remit/storage/values.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::storage {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLongestPause = std::chrono::seconds(1);
constexpr Duration kReportsApart = std::chrono::seconds(10);

constexpr Statement kTake{"migration_turn_take", "SELECT pg_try_advisory_lock($1)"};
constexpr Statement kHolder{
    "migration_turn_holder",
    "SELECT 'pid ' || l.pid || ' (' || concat_ws(', ', nullif(a.application_name, ''),"
    " a.client_addr::text, 'since ' || date_trunc('second', a.backend_start)) || ')'"
    " FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND (l.classid::bigint << 32) + l.objid::bigint = $1"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"};

/// Empty: it has just ended.
std::string holder(Connection& connection) {
  Transaction transaction(connection);
  const pqxx::result rows = transaction.execute(kHolder, kMigrationLock);
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

std::expected<void, std::string> take_turn(Connection& connection,
                                           const MigrationPatience& patience) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  auto next_report = begin;
  Duration pause = kFirstPause;
  while (true) {
    Transaction transaction(connection);
    if (read_value<bool>(transaction.execute(kTake, kMigrationLock))) return {};
    const std::string who = holder(connection);
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

}  // namespace remit::storage
