#include "connector.hpp"

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "conninfo.hpp"
#include "remit/storage/abandoned.hpp"

namespace remit::storage {
namespace {

std::string first_line(std::string_view message) {
  return std::string(message.substr(0, message.find('\n')));
}

struct Wanted {
  std::string url;
  std::string name;
  bool read_only = false;
  ConnectionLimits limits;
};

std::unique_ptr<Connection> make_connection(const Wanted& wanted) {
  const auto conninfo = complete_conninfo(wanted.url, {.application_name = wanted.name});
  if (!conninfo) throw std::runtime_error(conninfo.error());
  auto connection = std::make_unique<Connection>(
      *conninfo, wanted.read_only ? SessionKind::read : SessionKind::write, wanted.limits);
  if (!wanted.read_only) check_durability(*connection);
  return connection;
}

/// The threads of all attempts. They use libraries whose data is gone when the program has ended.
class Attempts {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }
  void end() {
    // Not before: what ends the program undoes first what was registered last, and the libraries
    // have made their data by now.
    static const int registered = std::atexit([] { all().wait(); });
    static_cast<void>(registered);
    const std::lock_guard lock(mutex_);
    --under_way_;
    ended_.notify_all();
  }

  /// Never destroyed: an attempt may end later than everything else.
  static Attempts& all() {
    static Attempts& attempts = *new Attempts;
    return attempts;
  }

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, Connector::kLimit, [this] { return under_way_ == 0; });
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  int under_way_ = 0;
};

}  // namespace

struct Connector::Attempt {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool is_done = false;
  std::unique_ptr<Connection> connection;
  std::string error;
};

Connector::~Connector() {
  if (!attempt_) return;
  const std::lock_guard lock(attempt_->mutex);
  if (!attempt_->is_done) note_abandoned();
}

std::expected<std::unique_ptr<Connection>, std::string> Connector::connect(
    const std::stop_token& stop) {
  if (!attempt_) {
    attempt_ = std::make_shared<Attempt>();
    const Wanted wanted{.url = settings_.url,
                        .name = settings_.name,
                        .read_only = settings_.read_only,
                        .limits = {.statement_timeout = settings_.statement_timeout,
                                   .guard = guard_,
                                   .call_limit = settings_.statement_timeout + settings_.grace}};
    Attempts::all().begin();
    std::thread([wanted, attempt = attempt_]() mutable {
      std::unique_ptr<Connection> connection;
      std::string error;
      try {
        connection = make_connection(wanted);
      } catch (const std::exception& failure) {
        error = first_line(failure.what());
      }
      {
        const std::lock_guard lock(attempt->mutex);
        attempt->connection = std::move(connection);
        attempt->error = std::move(error);
        attempt->is_done = true;
        attempt->changed.notify_all();
      }
      attempt.reset();  // and with it a connection that nobody has waited for
      Attempts::all().end();
    }).detach();
  }
  const std::shared_ptr<Attempt> attempt = attempt_;
  std::unique_lock lock(attempt->mutex);
  if (!attempt->changed.wait_for(lock, stop, kLimit, [&] { return attempt->is_done; })) {
    return std::unexpected("no answer from the database or the name service");
  }
  attempt_.reset();
  if (!attempt->connection) return std::unexpected(attempt->error);
  return std::move(attempt->connection);
}

}  // namespace remit::storage
