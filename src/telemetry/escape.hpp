// Any bytes as the inside of a JSON string (RFC 8259 §7): valid UTF-8 passes, the rest becomes
// U+FFFD. Pure, any thread, never fails.
#pragma once

#include <string>
#include <string_view>

namespace remit::telemetry {

void append_escaped(std::string& out, std::string_view text);

/// The same between quotation marks.
void append_quoted(std::string& out, std::string_view text);

}  // namespace remit::telemetry
