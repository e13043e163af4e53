#include "remit/storage/migrations.hpp"

#include <algorithm>
#include <pqxx/result>
#include <stdexcept>

#include "connection.hpp"
#include "failure.hpp"
#include "migration_history.hpp"
#include "migration_script.hpp"
#include "migration_turn.hpp"
#include "remit/base/sha256.hpp"
#include "remit/storage/conninfo.hpp"
#include "remit/storage/database.hpp"
#include "remit/storage/values.hpp"
#include "remit/telemetry/log.hpp"
#include "watched_statement.hpp"

namespace remit::storage {
namespace {

// Waits for no lock when the table exists.
constexpr const char* kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), additive boolean NOT NULL)";
constexpr Statement kRecord{
    "schema_migration_record",
    "INSERT INTO schema_migration (version, name, checksum, additive) VALUES ($1, $2, $3, $4)"};
constexpr Statement kIsWhole{
    "index_is_whole",
    "SELECT bool_and(indisvalid AND indisready) FROM pg_index WHERE indexrelid = to_regclass($1)"};

constexpr Duration kFirstPause = std::chrono::milliseconds(500);
constexpr Duration kLongestPause = std::chrono::seconds(10);
/// Of those that have a limit at all.
constexpr Duration kShortestCall = std::chrono::seconds(5);

using telemetry::Level;

/// One migration on its way into the database. Its calls throw.
class Migrator {
 public:
  struct Parts {
    Connection& connection;
    MigrationTurn& turn;
    WatchedStatements& watched;
  };

  Migrator(const Parts& parts, const Migration& migration, const MigrationPatience& patience)
      : connection_(parts.connection),
        turn_(parts.turn),
        watched_(parts.watched),
        migration_(migration),
        patience_(patience) {
    watched_.on_blocked([this](const std::string& blockers) {
      telemetry::log(Level::warn, "migration blocked",
                     {{"migration", migration_.name}, {"blocked_by", blockers}});
    });
  }

  void run() {
    const auto manners = manners_of(migration_.sql);
    if (!manners) throw std::runtime_error(manners.error());
    additive_ = manners->additive;
    if (manners->concurrently) {
      run_concurrently();
    } else {
      patiently([this] { run_in_transaction(); });
    }
    telemetry::log(Level::info, "migration applied", {{"migration", migration_.name}});
  }

 private:
  void run_concurrently() {
    const auto statements = repeatable_statements(migration_.sql);
    if (!statements) throw std::runtime_error(statements.error());
    for (const RepeatableStatement& statement : *statements) {
      patiently([&] { run_repeatable(statement); });
    }
    patiently([this] {
      begin();
      record();
      connection_.run("COMMIT");
    });
  }

  void run_in_transaction() {
    begin();
    for (const std::string& statement : split_statements(migration_.sql)) watched_.run(statement);
    record();
    connection_.run("COMMIT");
  }

  // An index that a crash left half built is of no use to anybody, and its name is taken.
  void run_repeatable(const RepeatableStatement& statement) {
    const std::string& index = statement.created_index;
    // Nothing else has to wait behind what it waits for.
    connection_.run("SET lock_timeout = 0");
    if (!index.empty() && is_whole(index) == false) {
      telemetry::log(Level::warn, "incomplete index is built again",
                     {{"migration", migration_.name}, {"index", index}});
      watched_.run("DROP INDEX CONCURRENTLY IF EXISTS " + index);
    }
    watched_.run(statement.sql);
    if (!index.empty() && is_whole(index) != true) {
      throw std::runtime_error("index " + index + " is not whole");
    }
  }

  /// Nothing: there is no such index.
  std::optional<bool> is_whole(const std::string& index) {
    Transaction transaction(connection_);
    return read_value<std::optional<bool>>(transaction.execute(kIsWhole, index));
  }

  void begin() {
    const auto timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(patience_.lock_timeout);
    connection_.run("BEGIN; SET LOCAL lock_timeout = " + std::to_string(timeout.count()));
  }

  void record() {
    turn_.require();
    Transaction transaction(connection_);
    transaction.execute(kRecord, migration_.version, migration_.name, sha256(migration_.sql),
                        additive_);
  }

  /// Again and again while others are in the way.
  template <class Work>
  void patiently(Work work) {
    const auto begun = std::chrono::steady_clock::now();
    Duration pause = kFirstPause;
    while (true) {
      try {
        return work();
      } catch (...) {
        const Failure failure = failure_of_current_exception({connection_.is_open(), false});
        if (patience_.stop.stop_requested()) throw std::runtime_error("stopped before it was done");
        const bool cancelled = failure.sql_state == kStatementTimeout;
        if (cancelled && !watched_.was_ended()) throw std::runtime_error("somebody cancelled it");
        const bool in_the_way = cancelled || failure.sql_state == kLockNotAvailable ||
                                failure.kind == FailureKind::rerun;
        if (!in_the_way) throw;
        if (cancelled || std::chrono::steady_clock::now() - begun >= patience_.longest_wait) {
          throw std::runtime_error("others were in its way for longer than " +
                                   to_string(patience_.longest_wait) + blocked_by());
        }
      }
      connection_.run("ROLLBACK");
      telemetry::log(Level::warn, "migration retried",
                     {{"migration", migration_.name},
                      {"blocked_by", watched_.blockers()},
                      {"again_in_ms", std::int64_t{pause / std::chrono::milliseconds(1)}}});
      if (!pause_for(pause, patience_.stop)) throw std::runtime_error("stopped before it was done");
      pause = std::min(pause * 2, kLongestPause);
    }
  }

  [[nodiscard]] std::string blocked_by() const {
    return watched_.blockers().empty() ? std::string() : ": " + watched_.blockers();
  }

  Connection& connection_;
  MigrationTurn& turn_;
  WatchedStatements& watched_;
  const Migration& migration_;
  const MigrationPatience& patience_;
  bool additive_ = false;
};

struct Session {
  Connection& connection;
  const std::string& url;
  const std::string& conninfo;
  const std::shared_ptr<CallGuard>& guard;
};

using Outcome = std::expected<MigrationReport, std::string>;

Outcome migrate_over(const Session& session, std::span<const Migration> migrations,
                     const MigrationPatience& patience) {
  Connection& connection = session.connection;
  MigrationReport report;
  if (!migrations.empty()) report.version = migrations.back().version;
  // Without pending migrations it waits for nothing.
  auto done = compare(read_history(connection), migrations);
  if (!done) return std::unexpected(done.error());
  if (*done == migrations.size()) return report;
  auto turn = MigrationTurn::take(session.url, session.guard, patience);
  if (!turn) return std::unexpected(turn.error());
  connection.run(kCreateTable);
  done = compare(read_history(connection), migrations);
  if (!done) return std::unexpected(done.error());
  WatchedStatements watched(connection, {.conninfo = session.conninfo,
                                         .stop = patience.stop,
                                         .longest_wait = patience.longest_wait,
                                         .guard = session.guard});
  for (const Migration& migration : migrations.subspan(*done)) {
    try {
      Migrator({connection, *turn, watched}, migration, patience).run();
    } catch (const std::exception& error) {
      return std::unexpected(
          refusal_of("migration " + std::string(migration.name) + " failed", error.what()));
    }
    report.applied.emplace_back(migration.name);
  }
  return report;
}

// `what` could not be done, when it could not. Whatever a call is at is ended some time after a
// request to stop.
template <class Outcome, class Work>
std::expected<Outcome, std::string> with_connection(const std::string& url, std::string_view what,
                                                    const MigrationPatience& patience, Work work) {
  const auto conninfo = complete_conninfo(url, "remit-migrations");
  if (!conninfo) return std::unexpected(conninfo.error());
  try {
    const auto guard = std::make_shared<CallGuard>(kShortestCall);
    const std::stop_callback stopping(patience.stop,
                                      [&] { guard->cut_all_in(patience.stop_timeout); });
    Connection connection(*conninfo, SessionKind::migration,
                          {.guard = guard, .call_limit = CallGuard::kNoLimit});
    return work(Session{connection, url, *conninfo, guard});
  } catch (const std::exception& error) {
    return std::unexpected(refusal_of(what, error.what()));
  }
}

/// Of a running program's schema.
struct ReportSchema {
  static constexpr std::string_view kName = "schema_report";
  static constexpr OperationTraits kTraits{.lanes = LaneKind::ready};
  struct Input {};
  using Output = SchemaReport;

  static void execute(Transaction& transaction, Slots<ReportSchema> slots) {
    const std::span<const Migration> known = embedded_migrations();
    const History applied = read_history(transaction.execute(kHistory));
    const bool migrating =
        applied.size() > known.size() && read_value<bool>(transaction.execute(kIsMigrating));
    for (auto& slot : slots) slot.output = judge(applied, known, migrating);
  }
};

}  // namespace

std::expected<MigrationReport, std::string> migrate(const std::string& url,
                                                    std::span<const Migration> migrations,
                                                    const MigrationPatience& patience) {
  return with_connection<MigrationReport>(
      url, "the database cannot be migrated", patience,
      [&](const Session& session) { return migrate_over(session, migrations, patience); });
}

std::expected<std::vector<std::string>, std::string> pending_migrations(
    const std::string& url, std::span<const Migration> migrations) {
  return with_connection<std::vector<std::string>>(
      url, "the version of the database's schema cannot be read", {}, [&](const Session& session) {
        return pending_of(read_history(session.connection), migrations);
      });
}

Task<Result<SchemaReport>> schema_report(Database* database) {
  return database->run<ReportSchema>({});
}

}  // namespace remit::storage
