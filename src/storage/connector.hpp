// Makes a lane's connections, and never keeps the lane for long: looking up a host's name cannot be
// hurried, and a lane has commands in its hands. Each attempt has a thread of its own
// (remit/base/detached.hpp); one that takes too long is left to itself, and asked for again.
// Nobody waits for it when the connector goes.
//
// Used by one lane thread.
#pragma once

#include <expected>
#include <memory>
#include <stop_token>
#include <string>

#include "call_guard.hpp"
#include "connection.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::storage {

class Connector {
 public:
  /// Longer than one host needs to be found dead.
  static constexpr Duration kLimit = std::chrono::seconds(5);

  Connector(const LaneSettings& settings, std::shared_ptr<CallGuard> guard)
      : settings_(settings), guard_(std::move(guard)) {}
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  /// The error is one line, for the log.
  [[nodiscard]] std::expected<std::unique_ptr<Connection>, std::string> connect(
      const std::stop_token& stop);

 private:
  struct Attempt;

  void begin();

  const LaneSettings& settings_;
  const std::shared_ptr<CallGuard> guard_;
  std::shared_ptr<Attempt> attempt_;  ///< null, or under way
};

}  // namespace remit::storage
