// Ends calls to the database that get no answer: their socket is shut down, and the call fails as
// it does when the link is lost. libpq itself waits for ever for a server that does not respond.
//
// One guard for many connections, with a thread of its own. `Place` and its calls are the
// connection's thread's; `cut_all` and `cut_all_in` may be called by any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "remit/base/time.hpp"

namespace remit::storage {

class CallGuard {
 public:
  /// As the limit of a place: its calls are cut with all others, and never before.
  static constexpr Duration kNoLimit = Duration::max();

  /// Of one connection. Has a descriptor of its own, so that none is shut that libpq has closed and
  /// another thread has opened since.
  class Place {
   public:
    /// `limit`: of each call, and of no call of this guard shorter.
    Place(std::shared_ptr<CallGuard> guard, int socket, Duration limit);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

    void begin();
    void end();
    /// For the calls that follow.
    void set_limit(Duration limit) { limit_ = limit; }
    /// Whether a call took too long, or all were cut.
    [[nodiscard]] bool is_cut();

   private:
    friend class CallGuard;
    void cut();

    const std::shared_ptr<CallGuard> guard_;
    const int socket_;
    Duration limit_;
    // Of the guard's mutex.
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    bool is_cut_ = false;
  };

  /// `shortest`: no call has less time.
  explicit CallGuard(Duration shortest);
  ~CallGuard();

  /// Ends all calls in progress, and those that begin from now on.
  void cut_all();
  /// The same when so much time has passed.
  void cut_all_in(Duration time);

 private:
  void cut_places();
  void watch();

  const Duration shortest_;
  std::mutex mutex_;  // of everything below
  std::condition_variable changed_;
  std::vector<Place*> places_;
  std::optional<std::chrono::steady_clock::time_point> end_;  ///< when all are cut
  bool all_cut_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

/// For the time of one call; `place` may be null.
class GuardedCall {
 public:
  explicit GuardedCall(CallGuard::Place* place) : place_(place) {
    if (place_ != nullptr) place_->begin();
  }
  GuardedCall(const GuardedCall&) = delete;
  GuardedCall& operator=(const GuardedCall&) = delete;
  ~GuardedCall() {
    if (place_ != nullptr) place_->end();
  }

 private:
  CallGuard::Place* place_;
};

}  // namespace remit::storage
