// SQL that may wait long for locks: it is watched while it runs.
//
// The statement runs on a thread of its own; the calling thread looks, through a second session,
// at whom it waits for, and ends it when it is asked to stop or when it was blocked for too long.
// What cannot be looked at is looked at again later; an end that cannot be asked for, too. Used by
// one thread; the calls throw what the statement threw.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "connection.hpp"
#include "remit/base/time.hpp"

namespace remit::storage {

class WatchedStatements {
 public:
  struct Settings {
    std::string conninfo;  ///< for the second session, opened when it is first needed
    std::stop_token stop;
    Duration longest_wait;             ///< blocked without a break for so long, it is ended
    std::shared_ptr<CallGuard> guard;  ///< of the second session; may be null
  };

  WatchedStatements(Connection& connection, Settings settings);

  /// Plain SQL. Ended by us it throws what the server says of that (57014).
  void run(const std::string& sql);
  /// By whom the last statement was seen to be blocked last: "pid 71 (psql, idle in transaction for
  /// 12 s)"; empty: not blocked.
  [[nodiscard]] const std::string& blockers() const { return blockers_; }
  /// Whether we cancelled the last statement; it was not a timeout or another session.
  [[nodiscard]] bool was_ended() const { return was_ended_; }
  /// Called when a running statement begins to be blocked by another session, and now and then
  /// while it is.
  void on_blocked(std::function<void(const std::string& blockers)> report) {
    report_ = std::move(report);
  }

 private:
  void look();
  [[nodiscard]] Connection& second();
  void note(std::string blockers);
  [[nodiscard]] std::string ask_for_blockers();

  Connection& connection_;
  Settings settings_;
  std::int64_t pid_;
  std::optional<Connection> second_;
  std::string blockers_;
  bool was_ended_ = false;
  std::function<void(const std::string& blockers)> report_;
  std::optional<std::chrono::steady_clock::time_point> blocked_since_;
  std::chrono::steady_clock::time_point reported_at_;
};

}  // namespace remit::storage
