// One PostgreSQL session with the settings that the product relies on.
//
// Owned by one thread. The constructor and every call throw libpqxx's exceptions. It never
// reconnects: a lost session is discarded with its object, so that no statement ever runs in a
// session without our settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "call_guard.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::storage {

enum class SessionKind { write, read, migration };

struct ConnectionSettings {
  Duration statement_timeout = std::chrono::seconds(10);  ///< the server's; not of migrations
  bool plans_once = true;                                 ///< as in LaneSettings; not of migrations
  /// Ends calls that take longer than `call_limit`; null: they may take for ever.
  std::shared_ptr<CallGuard> guard = nullptr;
  Duration call_limit{0};
};

class Connection {
 public:
  /// `conninfo` from `complete_conninfo`.
  Connection(const std::string& conninfo, SessionKind kind,
             const ConnectionSettings& settings = {});

  /// Plain SQL, possibly several statements; the result of the last.
  pqxx::result run(const std::string& sql);
  pqxx::result run(const Statement& statement, std::span<const Parameter> parameters);

  /// Of the server's process, as the server, or a pooler in its place, said when it was connected.
  [[nodiscard]] std::int64_t told_process() const { return link_.backendpid(); }

  /// The calls that follow may take so much longer than the `call_limit`.
  void allow(Duration limit);
  /// Whether a call was ended because it took too long; or all were, because no caller waits any
  /// more.
  [[nodiscard]] bool is_cut() { return place_ && place_->is_cut(); }

  /// As far as the client side knows.
  [[nodiscard]] bool is_open() const { return link_.is_open(); }

 private:
  void prepare(const Statement& statement);

  pqxx::connection link_;
  // Transactions are begun and ended in plain SQL: the same in every libpqxx, and in our hands.
  pqxx::nontransaction session_;
  std::unordered_map<std::string_view, std::string_view> prepared_;
  Duration call_limit_;
  std::unique_ptr<CallGuard::Place> place_;
};

/// The server's settings that may make it lose committed data.
[[nodiscard]] std::vector<std::string> settings_that_lose(Connection& connection);

/// Logs an error when the server may lose committed data.
void check_durability(Connection& connection);

}  // namespace remit::storage
