#include "call_guard.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace remit::storage {

using Clock = std::chrono::steady_clock;

CallGuard::Place::Place(std::shared_ptr<CallGuard> guard, int socket, Duration limit)
    : guard_(std::move(guard)), socket_(fcntl(socket, F_DUPFD_CLOEXEC, 0)), limit_(limit) {
  if (socket_ < 0) throw std::runtime_error("no descriptor is left for a database connection");
  const std::lock_guard lock(guard_->mutex_);
  guard_->places_.push_back(this);
  if (guard_->all_cut_) cut();
}

CallGuard::Place::~Place() {
  {
    const std::lock_guard lock(guard_->mutex_);
    std::erase(guard_->places_, this);
  }
  close(socket_);
}

void CallGuard::Place::begin() {
  const std::lock_guard lock(guard_->mutex_);
  if (limit_ != kNoLimit) deadline_ = Clock::now() + std::max(limit_, guard_->shortest_);
}

void CallGuard::Place::end() {
  const std::lock_guard lock(guard_->mutex_);
  deadline_.reset();
}

bool CallGuard::Place::is_cut() {
  const std::lock_guard lock(guard_->mutex_);
  return is_cut_;
}

void CallGuard::Place::cut() {
  is_cut_ = true;
  deadline_.reset();
  shutdown(socket_, SHUT_RDWR);
}

CallGuard::CallGuard(Duration shortest) : shortest_(shortest), thread_([this] { watch(); }) {}

CallGuard::~CallGuard() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void CallGuard::cut_all() {
  const std::lock_guard lock(mutex_);
  cut_places();
}

void CallGuard::cut_all_in(Duration time) {
  const std::lock_guard lock(mutex_);
  end_ = Clock::now() + time;
  changed_.notify_all();
}

void CallGuard::cut_places() {
  all_cut_ = true;
  for (Place* place : places_) place->cut();
}

// Calls need not wake it: what begins while it sleeps has at least `shortest_`, and so long it
// never sleeps beyond.
void CallGuard::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Clock::time_point now = Clock::now();
    Clock::time_point next = now + shortest_;
    if (end_ && *end_ <= now) {
      end_.reset();
      cut_places();
    }
    if (end_) next = std::min(next, *end_);
    for (Place* place : places_) {
      if (!place->deadline_) continue;
      if (*place->deadline_ <= now) {
        place->cut();
      } else {
        next = std::min(next, *place->deadline_);
      }
    }
    changed_.wait_until(lock, next);
  }
}

}  // namespace remit::storage
