#include "connector.hpp"

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "conninfo.hpp"
#include "remit/base/detached.hpp"
#include "remit/base/text.hpp"

namespace remit::storage {
namespace {

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

}  // namespace

struct Connector::Attempt {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool is_done = false;
  std::unique_ptr<Connection> connection;
  std::string error;
};

void Connector::begin() {
  const Wanted wanted{.url = settings_.url,
                      .name = settings_.name,
                      .read_only = settings_.read_only,
                      .limits = {.statement_timeout = settings_.statement_timeout,
                                 .guard = guard_,
                                 .call_limit = settings_.statement_timeout + settings_.grace}};
  const auto attempt = std::make_shared<Attempt>();
  run_detached([wanted, attempt] {
    std::unique_ptr<Connection> connection;
    std::string error;
    try {
      connection = make_connection(wanted);
    } catch (const std::exception& failure) {
      error = first_line(failure.what());
    }
    const std::lock_guard lock(attempt->mutex);
    attempt->connection = std::move(connection);
    attempt->error = std::move(error);
    attempt->is_done = true;
    attempt->changed.notify_all();
  });
  attempt_ = attempt;
}

std::expected<std::unique_ptr<Connection>, std::string> Connector::connect(
    const std::stop_token& stop) {
  try {
    if (!attempt_) begin();
  } catch (const std::system_error& failure) {
    return std::unexpected(failure.what());
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
