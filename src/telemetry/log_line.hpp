// The text of one log event, as JSON or for people. Pure, any thread, never fails.
//
// Whatever bytes a field holds, the result is one line of valid UTF-8: invalid sequences become
// U+FFFD, control characters are escaped, so that no value can forge a second line. Long texts are
// cut and say how long they were.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::telemetry {

inline constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

struct Event {
  Timestamp time;
  Level level = Level::info;
  std::string_view words;
  const TraceContext* trace = nullptr;  ///< may be absent
  std::span<const Field> fields;
};

[[nodiscard]] std::string to_json_line(const Event& event);
[[nodiscard]] std::string to_text_line(const Event& event);

}  // namespace remit::telemetry
