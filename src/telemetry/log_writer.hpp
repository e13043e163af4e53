// Writes lines to a file descriptor on its own thread, so that logging never blocks.
//
// The queue is bounded. When it is full, further lines are dropped and counted, and a line reports
// their number as soon as there is room again; the same holds for lines that could not be written
// (a closed pipe, a full disk). The thread starts with the first line. A write may block as long as
// the reader does not read, so the thread is never joined: it shares the ownership of its state
// with this object and ends by itself. Any thread; nothing throws.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace remit::telemetry {

class LogWriter {
 public:
  /// The line that reports how many lines are missing in its place.
  using TellDropped = std::function<std::string(std::uint64_t count)>;

  /// `descriptor` is not closed and must stay open. `limit_bytes` limits the queue; a batch that is
  /// being written comes on top.
  LogWriter(int descriptor, std::size_t limit_bytes, TellDropped tell_dropped);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  ~LogWriter();

  /// `line` without its end.
  void write(std::string_view line);

  /// All that were dropped or could not be written, so far.
  [[nodiscard]] std::uint64_t dropped() const;

  /// Waits until every line so far is written or lost; false when `timeout` came first.
  [[nodiscard]] bool flush(std::chrono::milliseconds timeout);

 private:
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace remit::telemetry
