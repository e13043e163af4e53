#include "remit/net/cursor.hpp"

#include <charconv>
#include <cstdint>

#include "remit/base/base64url.hpp"

namespace remit::net {

std::string to_text(const Cursor& cursor) {
  const std::int64_t microseconds = cursor.at.time_since_epoch().count();
  return base64url_encode(std::to_string(microseconds) + ":" + cursor.id.to_string());
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto decoded = base64url_decode(text);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  std::int64_t microseconds = 0;
  const char* const end_of_number = decoded->data() + colon;
  const auto [end, error] = std::from_chars(decoded->data(), end_of_number, microseconds);
  const auto id = Uuid::parse(std::string_view(*decoded).substr(colon + 1));
  // Timestamps that PostgreSQL cannot hold were never given out.
  constexpr std::int64_t kYear9999 = 253'402'300'799'000'000;
  if (error != std::errc() || end != end_of_number || !id || microseconds < 0 ||
      microseconds > kYear9999) {
    return std::nullopt;
  }
  return Cursor{Timestamp(Duration(microseconds)), *id};
}

}  // namespace remit::net
