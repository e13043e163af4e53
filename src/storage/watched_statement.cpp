#include "watched_statement.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "remit/storage/values.hpp"

namespace remit::storage {
namespace {

constexpr Duration kFirstLook = std::chrono::milliseconds(100);
/// Each look locks the whole table of locks for a moment.
constexpr Duration kLooksApart = std::chrono::seconds(2);
constexpr Duration kReportsApart = std::chrono::seconds(10);
/// Of each call of the second session.
constexpr Duration kLookLimit = std::chrono::seconds(5);

// Never what they run: it may hold values of rows.
constexpr Statement kBlockers{
    "blocking_sessions",
    "SELECT CASE WHEN b.pid = 0 THEN 'a prepared transaction' ELSE 'pid ' || b.pid || ' ('"
    " || concat_ws(', ', nullif(a.application_name, ''), nullif(a.backend_type, 'client backend'),"
    "   a.client_addr::text, a.state"
    "   || coalesce(' for ' || extract(epoch FROM clock_timestamp() - coalesce("
    "     CASE WHEN a.state LIKE 'idle%' THEN a.state_change ELSE a.xact_start END))::bigint"
    "     || ' s', '')) || ')' END"
    " FROM (SELECT DISTINCT unnest(pg_blocking_pids($1::integer)) AS pid) AS b"
    " LEFT JOIN pg_stat_activity AS a ON a.pid = b.pid ORDER BY b.pid LIMIT 5"};
constexpr Statement kEnd{"end_statement", "SELECT pg_cancel_backend($1::integer)"};

/// What the thread that runs the statement tells the one that looks after it.
struct Outcome {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool done = false;
  std::exception_ptr error;
};

}  // namespace

WatchedStatements::WatchedStatements(Connection& connection, Settings settings)
    : connection_(connection),
      settings_(std::move(settings)),
      pid_(read_value<std::int64_t>(connection.run("SELECT pg_backend_pid()"))) {}

void WatchedStatements::run(const std::string& sql) {
  blockers_.clear();
  blocked_since_.reset();
  was_ended_ = false;
  Outcome outcome;
  const std::jthread runner([&] {
    std::exception_ptr error;
    try {
      connection_.run(sql);
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(outcome.mutex);
    outcome.done = true;
    outcome.error = error;
    outcome.changed.notify_all();
  });
  Duration pause = kFirstLook;
  std::unique_lock lock(outcome.mutex);
  const auto is_done = [&] { return outcome.done; };
  while (!outcome.changed.wait_for(lock, settings_.stop, pause, is_done)) {
    lock.unlock();
    look();
    lock.lock();
    // A stopped token waits no longer: only the end of the statement counts now.
    if (settings_.stop.stop_requested()) outcome.changed.wait_for(lock, pause, is_done);
    pause = std::min(pause * 2, kLooksApart);
  }
  lock.unlock();
  if (outcome.error) std::rethrow_exception(outcome.error);
}

void WatchedStatements::look() {
  try {
    if (!settings_.stop.stop_requested()) {
      note(ask_for_blockers());
      const bool is_hopeless =
          blocked_since_ &&
          std::chrono::steady_clock::now() - *blocked_since_ >= settings_.longest_wait;
      if (!is_hopeless) return;
    }
    was_ended_ = true;
    // Not by libpq's request to cancel, which waits for ever for a server that does not respond.
    Transaction(second()).execute(kEnd, pid_);
  } catch (const std::exception&) {
    // The statement itself tells of a server that is gone.
    second_.reset();
  }
}

Connection& WatchedStatements::second() {
  if (!second_) {
    second_.emplace(settings_.conninfo, SessionKind::read,
                    ConnectionSettings{.guard = settings_.guard, .call_limit = kLookLimit});
  }
  return *second_;
}

void WatchedStatements::note(std::string blockers) {
  const auto now = std::chrono::steady_clock::now();
  if (blockers.empty()) {
    blocked_since_.reset();
    return;
  }
  const bool is_new = !blocked_since_;
  if (is_new) blocked_since_ = now;
  blockers_ = std::move(blockers);
  if (!report_ || (!is_new && now - reported_at_ < kReportsApart)) return;
  reported_at_ = now;
  report_(blockers_);
}

std::string WatchedStatements::ask_for_blockers() {
  Transaction transaction(second());
  std::string blockers;
  for (const auto& row : transaction.execute(kBlockers, pid_)) {
    blockers += (blockers.empty() ? "" : ", ") + read<std::string>(row.front());
  }
  return blockers;
}

}  // namespace remit::storage
