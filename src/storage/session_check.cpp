#include "session_check.hpp"

#include <exception>

#include "failure.hpp"
#include "remit/storage/values.hpp"

namespace remit::storage {
namespace {

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

}  // namespace

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

}  // namespace remit::storage
