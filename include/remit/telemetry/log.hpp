// Structured logs: one JSON object (or text line) per event on standard error.
//
// A call names an event in words and adds fields; secrets and bodies are never passed. Any thread.
// `configure_logging` once at start, before threads exist; before it, and in tests, only warnings
// and errors are shown, as text.
//
// Callers never wait for standard error: the log has its own thread, for which up to 1 MiB of lines
// are queued. Further lines are dropped, and a line reports their number as soon as there is room.
// Text fields longer than 4 KiB are cut. A program that ends calls `flush_log`.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "remit/telemetry/trace.hpp"

namespace remit::telemetry {

enum class Level : std::uint8_t { debug, info, warn, error };

struct Field {
  std::string_view name;
  std::variant<std::string, std::int64_t, bool> value;

  Field(std::string_view name_in, const std::convertible_to<std::string_view> auto& value_in)
      : name(name_in), value(std::string(std::string_view(value_in))) {}
  Field(std::string_view name_in, std::integral auto value_in)
      : name(name_in), value(static_cast<std::int64_t>(value_in)) {}
  Field(std::string_view name_in, bool value_in) : name(name_in), value(value_in) {}
};

/// level: debug | info | warn | error; format: json | text.
void configure_logging(std::string_view level, std::string_view format);

[[nodiscard]] bool is_logged(Level level);

void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
/// With request_id and trace_id.
void log(Level level, const TraceContext& trace, std::string_view event,
         std::initializer_list<Field> fields = {});
/// Of fields that are put together.
void log(Level level, const TraceContext& trace, std::string_view event,
         std::span<const Field> fields);

/// A plain line for people, after everything that was logged before: why a program ends.
void print_error(std::string_view line);

/// Since the start.
[[nodiscard]] std::uint64_t dropped_log_lines();

/// Waits until what was logged has been written; false when `timeout` came first.
bool flush_log(std::chrono::milliseconds timeout = std::chrono::seconds(1));

}  // namespace remit::telemetry
