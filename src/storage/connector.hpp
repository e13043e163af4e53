// Makes a lane's connections without blocking the lane for long: resolving a host name cannot be
// interrupted, and commands wait in the lane. Each attempt has its own thread
// (remit/base/detached.hpp); one that takes too long is abandoned, and started again. The
// destructor of the connector does not wait for it.
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
  /// Longer than it takes to find one host dead.
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
