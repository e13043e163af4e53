// The composition root of remitd: builds the objects, wires them, starts, drains, stops.
//
// Members stand in the order of their dependencies, so that each outlives what uses it. Made on the
// thread that runs the loop and used there alone. `start` fails with one line fit for an operator.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <stop_token>
#include <string>

#include "remit/base/task.hpp"
#include "remit/config/config.hpp"

namespace remit::app {

class Application {
 public:
  Application(boost::asio::io_context& loop, config::Config config);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application();

  /// Before anything is built: checks the database, and migrates it when configured to. Blocks; any
  /// thread but the loop's, so that signals are handled meanwhile. A request to stop ends it,
  /// unless the system itself hangs.
  [[nodiscard]] static std::expected<void, std::string> prepare(const config::Config& config,
                                                                const std::stop_token& stop);

  /// Once prepared: listens and starts the engine. Does not block.
  [[nodiscard]] std::expected<void, std::string> start();

  /// Stops accepting, finishes requests in flight, gives leases back: at most
  /// `server.drain_timeout`. False: some work had not ended by then.
  Task<bool> stop();

  /// The port of the first TCP listener.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace remit::app
