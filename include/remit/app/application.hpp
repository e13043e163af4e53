// The composition root of remitd: builds the objects, wires them, starts, drains, stops.
//
// Members stand in the order of their dependencies, so that each outlives what uses it. Made on the
// thread that runs the loop and used there alone. `start` fails with one line fit for an operator.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/config/config.hpp"
#include "remit/jobs/job.hpp"

namespace remit::app {

class Application {
 public:
  Application(boost::asio::io_context& loop, config::Config config);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application();

  /// Once the database is prepared: listens and starts the engine. Does not block.
  [[nodiscard]] std::expected<void, std::string> start();

  /// Stops accepting, finishes requests in flight, gives leases back: at most
  /// `server.drain_timeout`. False: some work had not ended by then.
  Task<bool> stop();

  /// The port of the first TCP listener.
  [[nodiscard]] std::uint16_t port() const;
  /// That of `/metrics` alone; 0: it has none.
  [[nodiscard]] std::uint16_t metrics_port() const;

 private:
  struct Parts;

  config::Config config_;
  SystemClock clock_;
  AsioAlarmFactory alarms_;
  RandomUuidSource ids_;
  jobs::Context context_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace remit::app
