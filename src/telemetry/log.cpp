#include "remit/telemetry/log.hpp"

#include <unistd.h>

#include <atomic>

#include "log_line.hpp"
#include "log_writer.hpp"

namespace remit::telemetry {
namespace {

/// Of lines that wait for a reader: some thousands.
constexpr std::size_t kWaitingBytes = 1'048'576;

std::string to_line(const Event& event);

std::string dropped_line(std::uint64_t count) {
  const auto number = static_cast<std::int64_t>(count);
  const Field fields[] = {{"count", number}};
  return to_line({.time = SystemClock().now(),
                  .level = Level::warn,
                  .words = "log lines were dropped",
                  .fields = fields});
}

struct Output {
  LogWriter writer{STDERR_FILENO, kWaitingBytes, dropped_line};
  std::atomic<Level> level = Level::warn;
  std::atomic<bool> as_json = false;
};

/// Never destroyed: objects that outlive `main` may still have something to say.
Output& output() {
  static Output& made = *new Output;
  return made;
}

std::string to_line(const Event& event) {
  return output().as_json ? to_json_line(event) : to_text_line(event);
}

Level parse_level(std::string_view name) {
  if (name == "debug") return Level::debug;
  if (name == "warn") return Level::warn;
  if (name == "error") return Level::error;
  return Level::info;
}

void write(Level level, const TraceContext* trace, std::string_view event,
           std::initializer_list<Field> fields) {
  if (!is_logged(level)) return;
  output().writer.write(to_line({.time = SystemClock().now(),
                                 .level = level,
                                 .words = event,
                                 .trace = trace,
                                 .fields = fields}));
}

}  // namespace

void configure_logging(std::string_view level, std::string_view format) {
  output().level = parse_level(level);
  output().as_json = format == "json";
}

bool is_logged(Level level) { return level >= output().level.load(std::memory_order_relaxed); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  write(level, nullptr, event, fields);
}

void log(Level level, const TraceContext& trace, std::string_view event,
         std::initializer_list<Field> fields) {
  write(level, &trace, event, fields);
}

void print_error(std::string_view line) { output().writer.write(line); }

bool flush_log(std::chrono::milliseconds timeout) { return output().writer.flush(timeout); }

}  // namespace remit::telemetry
