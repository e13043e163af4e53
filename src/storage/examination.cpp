#include "remit/storage/examination.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "connection.hpp"
#include "detached_work.hpp"
#include "failure.hpp"
#include "remit/storage/conninfo.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/storage/values.hpp"

namespace remit::storage {
namespace {

constexpr const char* kIsReadOnly = "SELECT current_setting('transaction_read_only')";
constexpr const char* kMayMigrate =
    "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)";

/// Each is a transaction of its own.
constexpr const char* kProcess = "SELECT pg_backend_pid()";
constexpr const char* kEncoding =
    "SELECT current_database(), pg_encoding_to_char(encoding), pg_backend_pid()"
    " FROM pg_database WHERE datname = current_database()";
constexpr int kRounds = 5;

constexpr const char* kRefusal =
    "a connection pooler stands between remit and PostgreSQL and gives server processes to others "
    "between transactions (transaction or statement pooling): what remit sets for a session would "
    "be lost. Let it pool sessions (PgBouncer: pool_mode = session), or connect to PostgreSQL "
    "itself";

std::int64_t process_of(Connection& connection) {
  return read_value<std::int64_t>(connection.run(kProcess));
}

/// Statement pooling allows no transactions: PgBouncer ends the session, without a word that
/// libpqxx would pass on. So may a link that breaks just then, but not twice in a row.
bool lets_begin(const std::string& conninfo) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    Connection session(conninfo, SessionKind::read);
    try {
      session.run("BEGIN");
      session.run("ROLLBACK");
      return true;
    } catch (const std::exception&) {
      const Failure failure = failure_of_current_exception({session.is_open(), false});
      if (failure.kind == FailureKind::lost) continue;
      const bool is_refused = failure.kind == FailureKind::isolate && !failure.sql_state.empty() &&
                              failure.sql_state != kStatementTimeout;
      if (!is_refused) throw;
      return false;
    }
  }
  return false;
}

/// A process belongs to one session only, for as long as the session lives. Poolers choose by
/// different rules which one a transaction gets: the last that became free, or each in turn.
bool share_a_process(Connection& connection, std::int64_t process, Connection& other) {
  for (int round = 0; round < kRounds; ++round) {
    other.run("BEGIN");
    const std::int64_t of_other = process_of(other);
    const bool shared = of_other == process || process_of(connection) != process;
    other.run("COMMIT");
    if (shared || process_of(other) != of_other || process_of(connection) != process) return true;
  }
  return false;
}

/// Refused, in one line: a database whose text is not UTF-8, and a pooler that gives a session's
/// server process to others between two transactions, so that nothing that was set stays set.
/// `conninfo`: of the connection, for a second one beside it.
std::expected<void, std::string> check_session(Connection& connection,
                                               const std::string& conninfo) {
  const auto [name, encoding, process] =
      read_row<std::string, std::string, std::int64_t>(connection.run(kEncoding).front());
  if (encoding != "UTF8") {
    return std::unexpected("the database " + name + " has the encoding " + encoding +
                           "; remit needs one whose encoding is UTF8 (CREATE DATABASE … "
                           "TEMPLATE template0 ENCODING 'UTF8')");
  }
  // A pooler makes up the number that it tells its clients.
  if (connection.told_process() == process) return {};
  if (!lets_begin(conninfo)) return std::unexpected(kRefusal);
  Connection other(conninfo, SessionKind::read);
  if (share_a_process(connection, process, other)) return std::unexpected(kRefusal);
  return {};
}

std::expected<void, std::string> try_session(const std::string& url) {
  const auto conninfo = complete_conninfo(url, "remit-probe");
  if (!conninfo) return std::unexpected(conninfo.error());
  try {
    Connection connection(*conninfo, SessionKind::write);
    const bool read_only = read_value<std::string>(connection.run(kIsReadOnly)) == "on";
    if (read_only) return std::unexpected(read_only_refusal());
    return check_session(connection, *conninfo);
  } catch (const std::exception& error) {
    return std::unexpected(refusal_of("the database cannot be reached", error.what()));
  }
}

std::expected<void, std::string> look_at(const std::string& url, Examination& found) {
  auto pending = pending_migrations(url);
  if (!pending) return std::unexpected(pending.error());
  found.pending = *std::move(pending);
  const auto conninfo = complete_conninfo(url, "remit-examination");
  if (!conninfo) return std::unexpected(conninfo.error());
  try {
    Connection connection(*conninfo, SessionKind::write);
    found.not_durable = settings_that_lose(connection);
    found.may_migrate = read_value<bool>(connection.run(kMayMigrate));
    return {};
  } catch (const std::exception& error) {
    return std::unexpected(refusal_of("the database cannot be examined", error.what()));
  }
}

/// Longer than connecting to several hosts one after the other takes.
constexpr std::chrono::seconds kStartTimeout{30};

/// The database may never answer.
std::expected<void, std::string> in_time(
    const std::stop_token& stop, std::move_only_function<std::expected<void, std::string>()> work) {
  try {
    DetachedWork<std::expected<void, std::string>> asking(std::move(work));
    if (auto result = asking.wait(stop, kStartTimeout)) return *std::move(result);
  } catch (const std::system_error& error) {
    return std::unexpected(std::string("the database cannot be asked: ") + error.what());
  }
  if (stop.stop_requested()) return std::unexpected("stopped while the database was asked");
  return std::unexpected("the database cannot be reached: it did not answer in " +
                         std::to_string(kStartTimeout.count()) + " s");
}

}  // namespace

std::expected<void, std::string> probe(const std::string& url, const std::stop_token& stop) {
  return in_time(stop, [url] { return try_session(url); });
}

std::expected<Examination, std::string> examine(const std::string& url,
                                                const std::stop_token& stop) {
  if (auto reachable = probe(url, stop); !reachable) return std::unexpected(reachable.error());
  const auto found = std::make_shared<Examination>();
  const auto looked = in_time(stop, [url, found] { return look_at(url, *found); });
  if (!looked) return std::unexpected(looked.error());
  return std::move(*found);
}

}  // namespace remit::storage
