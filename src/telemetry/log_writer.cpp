#include "log_writer.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace remit::telemetry {
namespace {

/// The writer's thread handles no signals, so a closed pipe is an error of `write`.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// Removes what was written from `text`; false when the rest cannot be written.
bool write_out(int descriptor, std::string_view& text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

}  // namespace

struct LogWriter::State {
  State(int descriptor_in, std::size_t limit_bytes_in, TellDropped tell_dropped_in)
      : descriptor(descriptor_in),
        limit_bytes(limit_bytes_in),
        tell_dropped(std::move(tell_dropped_in)) {}

  static void run(std::shared_ptr<State> state);
  // On the writer's thread:
  /// Removes what was written from `text`; false when the rest could not be written.
  bool put(std::string_view& text);
  bool tell(std::uint64_t count);
  /// Returns how many lines could not be written; 0: all were.
  std::uint64_t write_all(std::uint64_t before, std::string_view lines, std::uint64_t after);

  const int descriptor;
  const std::size_t limit_bytes;
  const TellDropped tell_dropped;

  std::mutex mutex;
  std::condition_variable changed;
  std::string waiting;        ///< whole lines
  std::uint64_t dropped = 0;  ///< after the queued ones; nothing is queued until this is reported
  bool running = false;
  bool writing = false;
  bool closed = false;

  std::atomic<std::uint64_t> dropped_in_all = 0;

  bool torn = false;  ///< the writer's own: the last line is not whole
};

bool LogWriter::State::put(std::string_view& text) {
  std::string_view end_of_torn = torn ? "\n" : "";
  if (!write_out(descriptor, end_of_torn)) return false;
  const std::string_view whole = text;
  const bool written = write_out(descriptor, text);
  const std::string_view taken = whole.substr(0, whole.size() - text.size());
  torn = !taken.empty() && taken.back() != '\n';
  return written;
}

bool LogWriter::State::tell(std::uint64_t count) {
  if (count == 0) return true;
  const std::string line = tell_dropped(count) + '\n';
  std::string_view text = line;
  return put(text);
}

std::uint64_t LogWriter::State::write_all(std::uint64_t before, std::string_view lines,
                                          std::uint64_t after) {
  const bool told = tell(before);
  if (!told || !put(lines)) {
    const std::uint64_t unwritten = lines_in(lines);
    dropped_in_all += unwritten;
    return (told ? 0 : before) + unwritten + after;
  }
  return tell(after) ? 0 : after;
}

void LogWriter::State::run(std::shared_ptr<State> state) {
  std::uint64_t lost = 0;
  std::unique_lock lock(state->mutex);
  for (;;) {
    // After a failure the next line causes the next attempt.
    state->changed.wait(lock, [&] {
      return !state->waiting.empty() || (state->dropped > 0 && lost == 0) || state->closed;
    });
    if (state->waiting.empty() && state->closed) return;
    const std::string lines = std::exchange(state->waiting, {});
    const std::uint64_t dropped = std::exchange(state->dropped, 0);
    state->writing = true;
    lock.unlock();
    lost = state->write_all(lost, lines, dropped);
    lock.lock();
    state->writing = false;
    state->changed.notify_all();
  }
}

LogWriter::LogWriter(int descriptor, std::size_t limit_bytes, TellDropped tell_dropped)
    : state_(std::make_shared<State>(descriptor, limit_bytes, std::move(tell_dropped))) {}

LogWriter::~LogWriter() {
  const std::scoped_lock lock(state_->mutex);
  state_->closed = true;
  state_->changed.notify_all();
}

void LogWriter::write(std::string_view line) {
  const std::scoped_lock lock(state_->mutex);
  if (!state_->running) {
    const NoSignals none;
    try {
      std::thread(&State::run, state_).detach();
      state_->running = true;
    } catch (const std::system_error&) {
      // The system has no thread left now: the next line tries again.
    }
  }
  const std::size_t size = state_->waiting.size() + line.size() + 1;
  if (!state_->running || state_->dropped > 0 || size > state_->limit_bytes) {
    ++state_->dropped;
    ++state_->dropped_in_all;
  } else {
    state_->waiting.append(line) += '\n';
  }
  state_->changed.notify_all();
}

std::uint64_t LogWriter::dropped() const { return state_->dropped_in_all; }

bool LogWriter::flush(std::chrono::milliseconds timeout) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, timeout,
                                  [this] { return state_->waiting.empty() && !state_->writing; });
}

}  // namespace remit::telemetry
