#include "load_loop.hpp"

#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace remit::bench {
namespace {

constexpr Nanoseconds kLastAnswers = 5 * kSecond;
constexpr Nanoseconds kLook = kSecond / 4;  ///< how often for what is late

}  // namespace

LoadLoop::LoadLoop(std::uint16_t port, Requests requests, Nanoseconds timeout)
    : port_(port),
      requests_(std::move(requests)),
      timeout_(timeout),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
}

LoadLoop::~LoadLoop() { ::close(epoll_); }

Nanoseconds LoadLoop::now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

void LoadLoop::open(std::size_t connections) {
  connections_.reserve(connections);
  for (std::size_t i = 0; i < connections; ++i) open_one(i);
}

bool LoadLoop::open_one(std::size_t connection) {
  while (connections_.size() <= connection) connections_.emplace_back();
  Connection& opened = connections_[connection];
  if (!opened.open(port_)) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = connection;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, opened.socket(), &event) == 0) return true;
  opened.close();
  return false;
}

Tally LoadLoop::run(Pacing& pacing, Window window) {
  pacing_ = &pacing;
  window_ = window;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (connections_[i].is_open()) pacing.idle(i, window.begin, *this);
  }
  Nanoseconds look_at = window.begin + kLook;
  for (Nanoseconds at = now(); at < window.end; at = now()) {
    const Nanoseconds next = pacing.tick(at, *this);
    if (at >= look_at) {
      drop_late(at);
      look_at = at + kLook;
    }
    wait(std::min({next, look_at, window.end}));
  }
  await_last_answers();
  tally_.seconds = static_cast<double>(window.end - window.measure) / static_cast<double>(kSecond);
  tally_.unsent = pacing.unsent();
  tally_.unanswered = waiting_;
  tally_.open_connections =
      static_cast<std::uint64_t>(std::ranges::count_if(connections_, &Connection::is_open));
  return std::move(tally_);
}

void LoadLoop::await_last_answers() {
  const Nanoseconds until = now() + kLastAnswers;
  while (waiting_ > 0 && now() < until) wait(std::min(until, now() + kLook));
}

void LoadLoop::wait(Nanoseconds until) {
  std::array<epoll_event, 256> events;
  const Nanoseconds left = std::max(until - now(), Nanoseconds{0});
  const timespec timeout{.tv_sec = left / kSecond, .tv_nsec = left % kSecond};
  const int ready =
      ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  if (ready <= 0) return;
  const Nanoseconds at = now();
  for (int i = 0; i < ready; ++i) handle(events[static_cast<std::size_t>(i)].data.u64, at);
}

void LoadLoop::send(std::size_t connection, Nanoseconds since) {
  const bool is_open = connection < connections_.size() && connections_[connection].is_open();
  const std::string_view request = requests_.next();
  // A server may have closed a connection that was idle: that is no error, a new one is opened.
  const bool is_sent = (is_open && connections_[connection].send(request, since)) ||
                       (open_one(connection) && connections_[connection].send(request, since));
  if (is_sent) {
    ++tally_.sent;
    ++waiting_;
  } else {
    ++tally_.errors;
  }
}

void LoadLoop::handle(std::size_t connection, Nanoseconds at) {
  Connection& readable = connections_[connection];
  const bool was_waiting = readable.is_waiting();
  switch (readable.receive()) {
    case Connection::Event::nothing:
      return;
    case Connection::Event::broken:
      if (was_waiting) fail(connection, at);
      return;
    case Connection::Event::answered:
      break;
  }
  --waiting_;
  count(readable.answer().status(), readable.since(), at);
  if (readable.answer().closes()) readable.close();
  if (at < window_.end) pacing_->idle(connection, at, *this);
}

void LoadLoop::count(int status, Nanoseconds since, Nanoseconds at) {
  const bool is_good = status == requests_.expected_status();
  if (is_good) ++tally_.good;
  if (at < window_.measure || at > window_.end) return;
  ++tally_.status[std::min(static_cast<std::size_t>(status), tally_.status.size() - 1)];
  if (is_good) tally_.latency.add(at - since);
}

void LoadLoop::fail(std::size_t connection, Nanoseconds at) {
  --waiting_;
  ++tally_.errors;
  if (at < window_.end) pacing_->idle(connection, at, *this);
}

void LoadLoop::drop_late(Nanoseconds at) {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& late = connections_[i];
    if (!late.is_open() || !late.is_waiting() || at - late.since() <= timeout_) continue;
    late.close();
    fail(i, at);
  }
}

}  // namespace remit::bench
