#include "remit/net/query_reader.hpp"

#include <algorithm>

#include "remit/base/base64url.hpp"
#include "remit/base/text.hpp"

namespace remit::net {
namespace {

constexpr std::size_t kMaxShownName = 64;

}  // namespace

QueryReader::QueryReader(const Request& request, std::initializer_list<std::string_view> known)
    : request_(request) {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) {
      add_error(name, "is not known here; known are " + join(known));
    } else if (std::ranges::find(seen, name) != seen.end()) {
      add_error(name, "is given more than once");
    }
    seen.push_back(name);
    if (errors_.size() == kMaxFaults) return;
  }
}

std::optional<std::string> QueryReader::text(std::string_view name) const {
  const auto value = request_.query_value(name);
  if (!value || value->empty()) return std::nullopt;
  return std::string(*value);
}

std::optional<Timestamp> QueryReader::not_before(std::string_view name) {
  return timestamp(name, Rounding::up);
}

std::optional<Timestamp> QueryReader::not_after(std::string_view name) {
  return timestamp(name, Rounding::down);
}

std::optional<Timestamp> QueryReader::timestamp(std::string_view name, Rounding rounding) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto parsed = parse_timestamp(*value, rounding);
  if (parsed) return *parsed;
  add_error(name, parsed.error());
  return std::nullopt;
}

void QueryReader::expect_order(std::string_view lower, std::string_view upper) {
  const auto from = parse_timestamp(text(lower).value_or(""));
  const auto to = parse_timestamp(text(upper).value_or(""));
  if (from && to && *from > *to) add_error(upper, "must not be before " + std::string(lower));
}

std::optional<Cursor> QueryReader::cursor() {
  const auto value = text("cursor");
  if (!value) return std::nullopt;
  const auto cursor = parse_cursor(*value);
  if (!cursor) add_error("cursor", "is not one that was given out here");
  return cursor;
}

std::int64_t QueryReader::limit() {
  const auto value = text("limit");
  if (!value) return 20;
  const auto number = parse_number<std::int64_t>(*value);
  if (!number || *number < 1 || *number > 100) {
    add_error("limit", "must be an integer from 1 to 100");
  }
  return number.value_or(0);
}

void QueryReader::add_error(std::string_view name, std::string detail) {
  errors_.push_back({"?" + std::string(clip_text(name, kMaxShownName)), std::move(detail)});
}

Problem QueryReader::problem() const {
  Problem problem(kValidationError, "the query is not valid: " + errors_.front().pointer.substr(1) +
                                        " " + errors_.front().detail);
  problem.errors = errors_;
  return problem;
}

std::string to_text(const Cursor& cursor) {
  const std::int64_t microseconds = cursor.at.time_since_epoch().count();
  return base64url_encode(std::to_string(microseconds) + ":" + cursor.id.to_string());
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto decoded = base64url_decode(text);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  const auto microseconds = parse_number<std::int64_t>(decoded->substr(0, colon));
  const auto id = Uuid::parse(std::string_view(*decoded).substr(colon + 1));
  // Timestamps that PostgreSQL cannot hold were never given out.
  constexpr std::int64_t kYear9999 = 253'402'300'799'000'000;
  if (!microseconds || !id || *microseconds < 0 || *microseconds > kYear9999) return std::nullopt;
  return Cursor{Timestamp(Duration(*microseconds)), *id};
}

}  // namespace remit::net
