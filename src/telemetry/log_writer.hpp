// Writes lines to a descriptor from a thread of its own, so that whoever logs never waits.
//
// What waits to be written is bounded. When it is full, further lines are dropped and counted, and
// a line says how many as soon as there is room again; so it is with lines that could not be
// written (a reader that is gone, a full disk). The thread starts with the first line. It may be
// held in a write for as long as nobody reads, so it is never joined: it owns its state together
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
  /// The line that tells how many are missing at its place.
  using TellDropped = std::function<std::string(std::uint64_t count)>;

  /// `descriptor` is not closed, and has to stay open; `limit_bytes`: of the lines that wait. A
  /// batch of them that is being written comes on top.
  LogWriter(int descriptor, std::size_t limit_bytes, TellDropped tell_dropped);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  ~LogWriter();

  /// `line` without its end.
  void write(std::string_view line);

  /// Waits until every line so far is written or lost; false when `timeout` came first.
  [[nodiscard]] bool flush(std::chrono::milliseconds timeout);

 private:
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace remit::telemetry
