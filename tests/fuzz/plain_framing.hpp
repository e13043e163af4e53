// The framing of a request as a plain reader of RFC 9112 sees it, written without a look at the
// product's: where the message ends, and its body.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace remit::fuzz {

struct PlainMessage {
  std::size_t length = 0;  ///< of head and body, an empty line before it included
  std::string body;
};

/// Nothing: the text is no whole message, or its framing is unclear.
[[nodiscard]] std::optional<PlainMessage> plain_message(std::string_view text);

}  // namespace remit::fuzz
