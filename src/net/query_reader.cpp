#include "remit/net/query_reader.hpp"

#include <algorithm>
#include <charconv>

#include "remit/base/text.hpp"

namespace remit::net {
namespace {

constexpr std::size_t kMaxShownName = 64;

std::string list_of(std::initializer_list<std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

}  // namespace

QueryReader::QueryReader(const Request& request, std::initializer_list<std::string_view> known)
    : request_(request) {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) {
      add_error(name, "is not known here; known are " + list_of(known));
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
  std::int64_t number = 0;
  const char* const end = value->data() + value->size();
  const auto [stopped, error] = std::from_chars(value->data(), end, number);
  if (error != std::errc() || stopped != end || number < 1 || number > 100) {
    add_error("limit", "must be an integer from 1 to 100");
  }
  return number;
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

}  // namespace remit::net
