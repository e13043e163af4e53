// A lane's thread: connect, serve batches until the connection is lost, connect again, for ever.

#include <algorithm>
#include <expected>
#include <memory>
#include <random>
#include <system_error>

#include "batch.hpp"
#include "detached_work.hpp"
#include "lane_core.hpp"
#include "remit/base/text.hpp"
#include "remit/storage/conninfo.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::storage {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(100);
constexpr Duration kLongestPause = std::chrono::seconds(5);
/// Longer than it takes to find one host dead.
constexpr Duration kConnectTimeout = std::chrono::seconds(5);

/// The error is one line, for the log.
using Connected = std::expected<std::unique_ptr<Connection>, std::string>;

Connected connect_to(const std::string& conninfo, SessionKind kind,
                     const ConnectionSettings& settings) {
  try {
    auto connection = std::make_unique<Connection>(conninfo, kind, settings);
    if (kind == SessionKind::write) check_durability(*connection);
    return connection;
  } catch (const std::exception& failure) {
    return std::unexpected(std::string(first_line(failure.what())));
  }
}

class Lane {
 public:
  Lane(LaneCore& core, std::size_t index)
      : core_(core),
        index_(index),
        batch_(core.settings().read_only, core.settings().statement_timeout),
        random_(std::random_device{}()) {}

  void run() {
    while (connect_at_last()) {
      while (connection_ && !core_.is_stopping()) serve();
    }
  }

 private:
  // False: the lanes are stopping.
  bool connect_at_last() {
    while (!connection_) {
      if (pause_ > Duration::zero()) core_.sleep(with_jitter(pause_));
      if (core_.is_stopping()) return false;
      connect();
    }
    return !core_.is_stopping();
  }

  bool connect() {
    Connected connected = make_connection();
    if (!connected) {
      pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
      core_.note_state(index_, LaneState::down);
      if (!core_.is_stopping()) {
        telemetry::log(telemetry::Level::warn, "database connection refused",
                       {{"lanes", core_.settings().name}, {"reason", connected.error()}});
      }
      return false;
    }
    connection_ = std::move(*connected);
    pause_ = Duration::zero();
    core_.note_state(index_, LaneState::up);
    return true;
  }

  // Does not wait for long: resolving a host name cannot be interrupted, and commands wait in the
  // lane. An attempt that takes longer is waited for again the next time.
  Connected make_connection() {
    const LaneSettings& settings = core_.settings();
    if (!attempt_) {
      const auto conninfo = complete_conninfo(settings.url, settings.name);
      if (!conninfo) return std::unexpected(conninfo.error());
      const SessionKind kind = settings.read_only ? SessionKind::read : SessionKind::write;
      const ConnectionSettings wanted{.statement_timeout = settings.statement_timeout,
                                      .plans_once = settings.plans_once,
                                      .guard = core_.guard(),
                                      .call_limit = settings.statement_timeout + settings.grace};
      try {
        attempt_.emplace(
            [conninfo = *conninfo, kind, wanted] { return connect_to(conninfo, kind, wanted); });
      } catch (const std::system_error& failure) {
        return std::unexpected(failure.what());
      }
    }
    std::optional<Connected> connected = attempt_->wait(core_.stop_token(), kConnectTimeout);
    if (!connected) return std::unexpected("no answer from the database or the name service");
    attempt_.reset();
    return *std::move(connected);
  }

  // One batch. Without a connection afterwards, the database could not be reached.
  void serve() {
    CommandQueues::Taken taken = core_.take();
    if (taken.commands.empty()) return;
    batch_.load(std::move(taken.commands));
    if (!batch_.run(*connection_)) recover();
    core_.finish(taken.origin, batch_.take_counts(), batch_.hand_back());
  }

  // A connection that was idle while the server restarted fails on its first use; nothing was done,
  // or doing it again does no harm, so what is left is run once more on a new one. Once: the batch
  // itself may be what ends connections. Not when there was no answer: they have waited enough.
  void recover() {
    const bool was_cut = connection_->is_cut();
    drop_connection();
    if (was_cut) {
      telemetry::log(telemetry::Level::warn, "database gave no answer",
                     {{"lanes", core_.settings().name}});
      batch_.refuse_rest(unavailable("the database gave no answer"));
      return;
    }
    if (connect() && !batch_.is_done()) {
      const bool worked = batch_.run(*connection_);
      if (!worked) drop_connection();
    }
    batch_.refuse_rest(unavailable("the database connection was lost"));
  }

  void drop_connection() {
    connection_.reset();
    core_.note_state(index_, LaneState::connecting);
  }

  Duration with_jitter(Duration pause) {
    std::uniform_int_distribution<Duration::rep> part(pause.count() / 2, pause.count());
    return Duration(part(random_));
  }

  LaneCore& core_;
  const std::size_t index_;
  Batch batch_;
  std::optional<DetachedWork<Connected>> attempt_;  ///< to connect, under way
  std::unique_ptr<Connection> connection_;
  std::minstd_rand random_;
  Duration pause_ = Duration::zero();  ///< before the next attempt to connect
};

}  // namespace

void run_lane(LaneCore& core, std::size_t index) { Lane(core, index).run(); }

}  // namespace remit::storage
