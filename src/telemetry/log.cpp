#include "remit/telemetry/log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "log_line.hpp"
#include "log_writer.hpp"

namespace remit::telemetry {
namespace {

/// Queue of lines that are not written yet: some thousands.
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

/// Lines are formatted already, and any thread may call the writer: nothing to format or lock.
class WriterSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit WriterSink(LogWriter& writer) : writer_(writer) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    writer_.write({message.payload.data(), message.payload.size()});
  }
  /// `flush_log` waits for the writer, at most this long.
  void flush_() override {}

  LogWriter& writer_;
};

struct Output {
  LogWriter writer{STDERR_FILENO, kWaitingBytes, dropped_line};
  spdlog::logger logger{"remit", std::make_shared<WriterSink>(writer)};
  std::atomic<bool> as_json = false;

  Output() { logger.set_level(spdlog::level::warn); }
};

/// Never destroyed: objects that outlive `main` may still log.
Output& output() {
  static Output& made = *new Output;
  return made;
}

std::string to_line(const Event& event) {
  return output().as_json ? to_json_line(event) : to_text_line(event);
}

spdlog::level::level_enum to_spdlog(Level level) {
  using enum spdlog::level::level_enum;
  constexpr std::array kTheirs = {debug, info, warn, err};
  return kTheirs.at(static_cast<std::size_t>(level));
}

Level parse_level(std::string_view name) {
  const auto found = std::ranges::find(kLevelNames, name);
  return found == kLevelNames.end() ? Level::info : static_cast<Level>(found - kLevelNames.begin());
}

void write(Level level, const TraceContext* trace, std::string_view event,
           std::span<const Field> fields) {
  if (!is_logged(level)) return;
  const std::string line = to_line({.time = SystemClock().now(),
                                    .level = level,
                                    .words = event,
                                    .trace = trace,
                                    .fields = fields});
  output().logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void configure_logging(std::string_view level, std::string_view format) {
  output().logger.set_level(to_spdlog(parse_level(level)));
  output().as_json = format == "json";
}

bool is_logged(Level level) { return output().logger.should_log(to_spdlog(level)); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  write(level, nullptr, event, {fields.begin(), fields.size()});
}

void log(Level level, const TraceContext& trace, std::string_view event,
         std::initializer_list<Field> fields) {
  write(level, &trace, event, {fields.begin(), fields.size()});
}

void log(Level level, const TraceContext& trace, std::string_view event,
         std::span<const Field> fields) {
  write(level, &trace, event, fields);
}

void print_error(std::string_view line) { output().writer.write(line); }

std::uint64_t dropped_log_lines() { return output().writer.dropped(); }

bool flush_log(std::chrono::milliseconds timeout) { return output().writer.flush(timeout); }

}  // namespace remit::telemetry
