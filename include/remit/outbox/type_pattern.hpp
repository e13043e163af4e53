// Types of events as clients choose them: "payment.completed", or "payment.*" for all that begin
// so. Pure; any thread.
#pragma once

#include <string_view>

namespace remit::outbox {

/// Whether it names a type of event, or several by "name.*".
[[nodiscard]] bool is_type_pattern(std::string_view text);

[[nodiscard]] bool matches_type(std::string_view pattern, std::string_view type);

}  // namespace remit::outbox
