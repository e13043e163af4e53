#include "serve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "remit/app/application.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::app {
namespace {

constexpr int kFailed = 1;

/// The last lines are written if that is possible; nobody has to read them.
[[noreturn]] void end_at_once() {
  telemetry::flush_log();
  std::_Exit(kFailed);
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
  telemetry::log(telemetry::Level::error, "ended by an exception that nobody caught",
                 {{"error", what}});
  telemetry::flush_log();
  std::abort();
}

class Serving {
 public:
  explicit Serving(config::Config config)
      : loop_(1), signals_(loop_, SIGTERM, SIGINT), application_(loop_, std::move(config)) {}

  int run() {
    if (const auto started = application_.start(); !started) {
      telemetry::print_error("remitd: " + started.error());
      return kFailed;
    }
    telemetry::log(telemetry::Level::info, "serving",
                   {{"port", std::int64_t{application_.port()}}});
    await_signal();
    loop_.run();
    return status_;
  }

 private:
  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) {
        return;
      }
      telemetry::log(telemetry::Level::info, "stopping", {{"signal", signal}});
      signals_.async_wait([](const boost::system::error_code& cancelled, int) {
        if (!cancelled) {
          end_at_once();  // asked twice: what was accepted is in the database
        }
      });
      boost::asio::co_spawn(
          loop_, application_.stop(),
          [this](std::exception_ptr defect, bool ended) { finish(!defect && ended); });
    });
  }

  void finish(bool ended) {
    telemetry::log(telemetry::Level::info, "stopped", {{"clean", ended}});
    if (!ended) {
      // Something still holds on to the objects: leaving without their destructors is the safe way.
      end_at_once();
    }
    signals_.cancel();
    status_ = EXIT_SUCCESS;
    loop_.stop();
  }

  boost::asio::io_context loop_;
  boost::asio::signal_set signals_;
  Application application_;
  int status_ = kFailed;
};

}  // namespace

int serve(config::Config config) {
  std::set_terminate(end_by_defect);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error value, not the end
  return Serving(std::move(config)).run();
}

}  // namespace remit::app
