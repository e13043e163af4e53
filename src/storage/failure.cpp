#include "failure.hpp"

#include <algorithm>
#include <pqxx/except>

#include "remit/base/text.hpp"

namespace remit::storage {
namespace {

Failure lost(FailureContext context, std::string sql_state) {
  if (context.committing) {
    return {FailureKind::unknown,
            outcome_unknown("the database connection was lost during the commit"),
            std::move(sql_state), "connection lost while committing"};
  }
  return {FailureKind::lost, unavailable("the database connection was lost"), std::move(sql_state),
          "connection lost"};
}

/// What a server says of something that it cannot do, and of a prepared statement whose result has
/// changed its shape, which is another matter.
constexpr std::string_view kNotSupported = "0A000";
constexpr std::string_view kLostPlan = "cached plan must not change result type";

// Constraint violations and bad values quote the row in their message; errors of the statement
// itself (class 42) do not, and are of no use without their text.
std::string reason_of(std::string_view sql_state, std::string_view message) {
  if (sql_state.starts_with("42") || sql_state == kNotSupported) {
    return std::string(first_line(message));
  }
  if (!sql_state.starts_with("23")) return "refused by the database";
  const std::string_view line = first_line(message);
  const std::size_t end = line.rfind('"');
  const std::size_t begin =
      end == 0 || end == std::string_view::npos ? end : line.rfind('"', end - 1);
  if (begin == std::string_view::npos || begin == end) return "constraint violation";
  return "constraint violation: " + std::string(line.substr(begin + 1, end - begin - 1));
}

Failure of_sql_state(FailureContext context, const std::string& state, std::string_view message) {
  const auto is_class = [&](std::string_view prefix) { return state.starts_with(prefix); };
  if (state == kStatementTimeout) {
    return {FailureKind::isolate, unavailable("the database took too long"), state,
            "statement timeout"};
  }
  // A newer instance has migrated the schema: a new connection prepares its statements again.
  if (state == kNotSupported && message.find(kLostPlan) != std::string_view::npos) {
    Failure failure = lost(context, state);
    failure.reason = kLostPlan;
    failure.has_lost_plan = true;
    return failure;
  }
  // The server goes away, or is a standby now: a new connection may find a better one. Or it knows
  // a prepared statement no longer.
  if (is_class("57") || is_class("08") || state == "25006" || state == "25P03" ||
      state == "26000") {
    return lost(context, state);
  }
  if (state == kLockNotAvailable) {
    // A whole table is locked by who looks after the database, not by another request.
    const bool is_of_a_row = message.find(" tuple (") != std::string_view::npos;
    return {FailureKind::isolate,
            is_of_a_row
                ? again_later(kRequestInProgress, "another request is at work on the same resource")
                : unavailable("somebody at the database holds a lock"),
            state, is_of_a_row ? "lock timeout" : "lock timeout, of no row"};
  }
  if (is_class("53") || is_class("58")) {
    return {FailureKind::refuse, unavailable("the database is short of resources"), state,
            std::string(first_line(message))};
  }
  if (is_class("40")) {
    return {FailureKind::rerun, unavailable("too many conflicts with other requests"), state,
            "transaction conflict"};
  }
  return {FailureKind::isolate, Problem(kInternal, "the database refused the operation"), state,
          reason_of(state, message)};
}

// Only an error that the server itself reported says that a commit did not happen.
bool is_link_suspect(FailureContext context) {
  return !context.connection_open || context.committing;
}

/// libpq's words when target_session_attrs finds no server that takes writes, and the server's when
/// a statement would write.
bool tells_of_read_only(std::string_view message) {
  return message.find("session is read-only") != std::string_view::npos ||
         message.find("in a read-only transaction") != std::string_view::npos;
}

std::string one_line(std::string_view message) {
  std::string line(message);
  while (line.ends_with('\n')) line.pop_back();
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace

Problem unavailable(std::string detail) { return again_later(kUnavailable, std::move(detail)); }

Problem outcome_unknown(std::string detail) {
  return again_later(kOutcomeUnknown, std::move(detail));
}

Failure failure_of_current_exception(FailureContext context) {
  try {
    throw;
  } catch (const pqxx::in_doubt_error&) {
    return lost({.connection_open = false, .committing = true}, "");
  } catch (const pqxx::broken_connection&) {
    return lost(context, "");
  } catch (const pqxx::statement_completion_unknown&) {
    return lost(context, "40003");
  } catch (const pqxx::deadlock_detected&) {
    return of_sql_state(context, "40P01", "");
  } catch (const pqxx::transaction_rollback&) {
    return of_sql_state(context, "40001", "");
  } catch (const pqxx::insufficient_privilege& error) {
    return of_sql_state(context, "42501", error.what());  // libpqxx 6 forgets to pass the state on
  } catch (const pqxx::sql_error& error) {
    // What the server reports has a state; a link that broke under a statement has none, and libpq
    // may still believe it open.
    if (error.sqlstate().empty()) return lost(context, "");
    return of_sql_state(context, error.sqlstate(), error.what());
  } catch (const std::exception& error) {
    if (is_link_suspect(context)) return lost(context, "");
    return {FailureKind::isolate, Problem(kInternal, "the operation failed"), "", error.what()};
  }
}

std::string refusal_of(std::string_view what, std::string_view message) {
  if (tells_of_read_only(message)) return read_only_refusal();
  return std::string(what) + ": " + one_line(message);
}

std::string read_only_refusal() {
  return "the database is read-only: its URL must lead to a server that takes writes (a primary, "
         "with default_transaction_read_only = off)";
}

}  // namespace remit::storage
