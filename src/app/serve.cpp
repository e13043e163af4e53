#include "serve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <expected>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "preflight.hpp"
#include "remit/app/application.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::app {
namespace {

/// For what was under way when a stop was asked for before the start was over.
constexpr std::chrono::seconds kStartGrace{2};
/// After `server.drain_timeout`, for closing what hangs.
constexpr std::chrono::seconds kLastLimit{5};

/// The last lines are written if that is possible; they need not be read.
[[noreturn]] void end_at_once(int status = kFailed) {
  telemetry::flush_log();
  std::_Exit(status);
}

/// What the library would do, but it would wait for a reader of standard error.
[[noreturn]] void end_by_defect() {
  std::string what = "of unknown type";
  try {
    if (const std::exception_ptr error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    // It stays unknown.
  }
  telemetry::log(telemetry::Level::error, "ended by an uncaught exception", {{"error", what}});
  telemetry::flush_log();
  std::abort();
}

class Serving {
 public:
  explicit Serving(config::Config config)
      : loop_(1),
        signals_(loop_, SIGTERM, SIGINT),
        hangups_(loop_, SIGHUP),
        grace_(loop_),
        config_(config),
        application_(loop_, std::move(config)) {}

  int run() {
    await_signal();
    await_hangup();
    preparation_ = std::jthread([this](const std::stop_token& stop) { prepare(stop); });
    loop_.run();
    return status_;
  }

 private:
  /// On a thread of its own: the loop hears of signals meanwhile.
  void prepare(const std::stop_token& stop) {
    auto prepared = prepare_database(config_, stop);
    boost::asio::post(loop_, [this, prepared = std::move(prepared)] { start(prepared); });
  }

  void start(std::expected<void, std::string> prepared) {
    is_prepared_ = true;
    if (preparation_.get_stop_source().stop_requested()) return finish(true);
    if (prepared) prepared = application_.start();
    if (!prepared) {
      telemetry::print_error("remitd: " + prepared.error());
      return leave(kFailed);
    }
    telemetry::log(telemetry::Level::info, "serving",
                   {{"port", std::int64_t{application_.port()}}});
    if (!config_.server.metrics_listen.empty()) {
      telemetry::log(telemetry::Level::info, "serving metrics",
                     {{"port", std::int64_t{application_.metrics_port()}}});
    }
  }

  /// Nothing has been begun yet; what hangs is left to hang.
  void stop_preparing() {
    preparation_.request_stop();
    grace_.expires_after(kStartGrace);
    grace_.async_wait([](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      telemetry::log(telemetry::Level::info, "stopped", {{"clean", true}});
      end_at_once(EXIT_SUCCESS);
    });
  }

  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      telemetry::log(telemetry::Level::info, "stopping", {{"signal", signal}});
      signals_.async_wait([](const boost::system::error_code& cancelled, int) {
        if (!cancelled) {
          end_at_once();  // asked twice: what was accepted is in the database
        }
      });
      if (!is_prepared_) return stop_preparing();
      leave_for_certain();
      boost::asio::co_spawn(
          loop_, application_.stop(),
          [this](std::exception_ptr defect, bool ended) { finish(!defect && ended); });
    });
  }

  /// Whatever hangs, be it the loop itself.
  void leave_for_certain() {
    const auto limit = config_.server.ready_drain + config_.server.drain_timeout + kLastLimit;
    last_resort_ = std::jthread([limit](const std::stop_token& stop) {
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      never.wait_for(lock, stop, limit, [] { return false; });
      if (stop.stop_requested()) return;
      telemetry::log(telemetry::Level::error, "ended before all work was done", {});
      end_at_once();
    });
  }

  /// Elsewhere it means to read the settings again, or that a terminal is gone: no reason to die.
  void await_hangup() {
    hangups_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      telemetry::log(telemetry::Level::warn, "SIGHUP is ignored: settings are read at start only");
      await_hangup();
    });
  }

  void finish(bool ended) {
    telemetry::log(telemetry::Level::info, "stopped", {{"clean", ended}});
    if (!ended) {
      // Something still holds on to the objects: leaving without their destructors is the safe way.
      end_at_once();
    }
    leave(EXIT_SUCCESS);
  }

  void leave(int status) {
    signals_.cancel();
    hangups_.cancel();
    grace_.cancel();
    status_ = status;
    loop_.stop();
  }

  std::jthread last_resort_;  // before what may hang while it is destroyed
  boost::asio::io_context loop_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hangups_;
  boost::asio::steady_timer grace_;
  const config::Config config_;
  Application application_;
  bool is_prepared_ = false;
  int status_ = kFailed;
  std::jthread preparation_;
};

}  // namespace

int serve(config::Config config) {
  std::set_terminate(end_by_defect);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error value, not the end
  return Serving(std::move(config)).run();
}

}  // namespace remit::app
