#include "event_requests.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "remit/net/query_reader.hpp"

namespace remit::events {
namespace {

constexpr std::int64_t kLongestWait = 30;  // seconds
constexpr std::size_t kLongestResource = 200;
constexpr std::size_t kLongestUser = 128;

/// Digits alone, no more than `most`.
std::optional<std::int64_t> read_number(net::QueryReader& query, std::string_view name,
                                        std::int64_t most) {
  const std::optional<std::string> text = query.text(name);
  if (!text) return std::nullopt;
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < 0 || number > most) {
    query.add_error(name, "is a whole number from 0 to " + std::to_string(most));
  }
  return number;
}

Filter read_filter(net::QueryReader& query) {
  Filter filter;
  if (const auto text = query.text("types")) {
    auto types = parse_types(*text);
    if (types) {
      filter.types = std::move(*types);
    } else {
      query.add_error("types", types.error());
    }
  }
  if (const auto resource = query.text("resource")) {
    filter.resource = *resource;
    if (!resource->starts_with('/') || resource->size() > kLongestResource) {
      query.add_error("resource", "is the path of a resource, as in /payments/{payment_id}");
    }
  }
  if (const auto user = query.text("user_id")) {
    filter.user = *user;
    if (user->size() > kLongestUser) {
      query.add_error("user_id", "has more than " + std::to_string(kLongestUser) + " characters");
    }
  }
  return filter;
}

std::optional<std::int64_t> read_after(net::QueryReader& query) {
  return read_number(query, "after", std::numeric_limits<std::int64_t>::max() - 1);
}

}  // namespace

Result<EventRequest> read_event_request(const net::Request& request) {
  net::QueryReader query(request, {"after", "types", "resource", "user_id", "limit", "wait"});
  EventRequest wanted(request.tenant());
  wanted.after = read_after(query);
  wanted.filter = read_filter(query);
  wanted.limit = static_cast<std::size_t>(query.limit());
  wanted.wait = std::chrono::seconds(read_number(query, "wait", kLongestWait).value_or(0));
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

Result<EventRequest> read_live_request(const net::Request& request) {
  net::QueryReader query(request, {"after", "types", "resource", "user_id"});
  EventRequest wanted(request.tenant());
  wanted.after = read_after(query);
  wanted.filter = read_filter(query);
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

}  // namespace remit::events
