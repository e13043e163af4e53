#include "remit/telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

#include "log_line.hpp"

namespace remit::telemetry {
namespace {

struct Output {
  /// The sink takes a lock per line, so lines of several threads never mix.
  spdlog::logger logger{"remit", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  bool as_json = false;

  Output() {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::warn);
  }
};

/// Never destroyed: objects that outlive `main` may still have something to say.
Output& output() {
  static Output& made = *new Output;
  return made;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      break;
  }
  return spdlog::level::err;
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
  Output& out = output();
  const Event told{SystemClock().now(), level, event, trace, fields};
  const std::string line = out.as_json ? to_json_line(told) : to_text_line(told);
  out.logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void configure_logging(std::string_view level, std::string_view format) {
  output().logger.set_level(to_spdlog(parse_level(level)));
  output().as_json = format == "json";
}

bool is_logged(Level level) { return output().logger.should_log(to_spdlog(level)); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  write(level, nullptr, event, fields);
}

void log(Level level, const TraceContext& trace, std::string_view event,
         std::initializer_list<Field> fields) {
  write(level, &trace, event, fields);
}

}  // namespace remit::telemetry
