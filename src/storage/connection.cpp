#include "connection.hpp"

#include <pqxx/binarystring>
#include <pqxx/prepared_statement>
#include <pqxx/version>
#include <stdexcept>

#include "remit/storage/examination.hpp"
#include "remit/storage/values.hpp"
#include "remit/telemetry/log.hpp"

#if PQXX_VERSION_MAJOR >= 7
#include <pqxx/params>
#endif

namespace remit::storage {
namespace {

// Stronger settings of the server stay; weaker ones are raised.
constexpr const char* kEverySession =
    "SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO';"
    "SELECT set_config('synchronous_commit', 'on', false)"
    "  WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');";
constexpr const char* kLimits =
    "SET lock_timeout = '2s';"
    "SET idle_in_transaction_session_timeout = '15s';";
// A prepared plan is kept until statistics change. Made while a table was empty it would read the
// whole of it, for every batch, when it has grown by a million rows: only plans by key are allowed.
// What such plans are said to cost, nothing is worth compiling for: compilation would take longer
// than the statement by a factor of a hundred.
constexpr const char* kPlansByKey =
    "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;"
    "SET enable_mergejoin = off;"
    "SET jit = off;";
// Otherwise each batch is planned again, to fit the length of its arrays: three quarters of what a
// small statement takes, for a plan that is the same.
constexpr const char* kOnePlan = "SET plan_cache_mode = force_generic_plan;";
constexpr const char* kReadOnly = "SET default_transaction_read_only = on;";
// A migration may take its time.
constexpr const char* kNoLimits =
    "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
    "SET client_min_messages = 'warning';"
    // Of PostgreSQL 17 and newer.
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';";

std::string statement_timeout(Duration limit) {
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(limit);
  return "SET statement_timeout = " + std::to_string(time.count()) + ";";
}

std::string session_settings(SessionKind kind, const ConnectionSettings& settings) {
  if (kind == SessionKind::migration) return std::string(kEverySession) + kNoLimits;
  std::string sql = kEverySession + statement_timeout(settings.statement_timeout) + kLimits;
  sql += kPlansByKey;
  if (settings.plans_once) sql += kOnePlan;
  if (kind == SessionKind::read) sql += kReadOnly;
  return sql;
}

// libpqxx 6 would reconnect behind our back, into a session without our settings.
void forbid_reconnecting([[maybe_unused]] pqxx::connection& link) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  link.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
}

// The only way that libpqxx 6 has for a number of parameters of which some are binary is one that
// it advises against since its 6.0.
pqxx::result run_prepared(pqxx::nontransaction& session, const char* name,
                          std::span<const Parameter> parameters) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  pqxx::prepare::invocation call = session.prepared(name);
#pragma GCC diagnostic pop
  for (const Parameter& parameter : parameters) {
    if (parameter.binary()) {
      call(pqxx::binarystring(parameter.binary()->data(), parameter.binary()->size()));
    } else {
      call(parameter.text());
    }
  }
  return call.exec();
#else
  pqxx::params values;
  values.reserve(parameters.size());
  for (const Parameter& parameter : parameters) {
    if (parameter.binary()) {
      values.append(pqxx::binary_cast(*parameter.binary()));
    } else if (parameter.text() == nullptr) {
      values.append();
    } else {
      values.append(pqxx::zview(parameter.text()));
    }
  }
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
  return session.exec(pqxx::prepped(name), values);
#else
  return session.exec_prepared(name, values);
#endif
#endif
}

}  // namespace

Connection::Connection(const std::string& conninfo, SessionKind kind,
                       const ConnectionSettings& settings)
    : link_(conninfo), session_(link_), call_limit_(settings.call_limit) {
  forbid_reconnecting(link_);
  if (settings.guard) {
    place_ = std::make_unique<CallGuard::Place>(settings.guard, link_.sock(), call_limit_);
  }
  run(session_settings(kind, settings));
}

void Connection::allow(Duration limit) {
  if (place_) place_->set_limit(call_limit_ + limit);
}

pqxx::result Connection::run(const std::string& sql) {
  const GuardedCall call(place_.get());
  return session_.exec(sql);
}

pqxx::result Connection::run(const Statement& statement, std::span<const Parameter> parameters) {
  const GuardedCall call(place_.get());
  prepare(statement);
  return run_prepared(session_, statement.name, parameters);
}

void Connection::prepare(const Statement& statement) {
  const auto known = prepared_.find(statement.name);
  if (known == prepared_.end()) {
    link_.prepare(statement.name, statement.sql);
    prepared_.emplace(statement.name, statement.sql);
  } else if (known->second != statement.sql) {
    throw std::logic_error(std::string("two statements are called ") + statement.name);
  }
}

std::vector<std::string> settings_that_lose(Connection& connection) {
  const pqxx::result rows = connection.run(
      "SELECT name FROM (VALUES ('fsync'), ('full_page_writes'), ('synchronous_commit')) AS s "
      "(name)"
      " WHERE current_setting(name) NOT IN ('on', 'remote_apply')");
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(read<std::string>(row.front()));
  return names;
}

void check_durability(Connection& connection) {
  for (const std::string& name : settings_that_lose(connection)) {
    telemetry::log(telemetry::Level::error, kNotDurable, {{"setting", name}, {"expected", "on"}});
  }
}

}  // namespace remit::storage
