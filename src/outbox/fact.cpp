#include "remit/outbox/fact.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "remit/base/text.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::outbox {
namespace {

constexpr char kBetween = '\t';
constexpr std::string_view kBegins = "begins";

/// JSON has raw control characters between its tokens only, where a blank does as well.
void append_json(std::string& line, std::string_view json) {
  const std::size_t from = line.size();
  line += json;
  std::replace_if(
      line.begin() + static_cast<std::ptrdiff_t>(from), line.end(),
      [](char c) { return c == '\n' || c == '\r' || c == kBetween; }, ' ');
}

/// `times`, and then what the object has.
std::string with_times(Timestamp at, std::string_view object) {
  const std::string time = to_rfc3339(at);
  std::string all = R"({"created_at":")" + time + R"(","updated_at":")" + time + '"';
  const std::string_view members = object.substr(1);
  if (members != "}") all += ',';
  return all.append(members);
}

bool is_object(std::string_view json) {
  return json.size() >= 2 && json.front() == '{' && json.back() == '}';
}

}  // namespace

std::string line_of(const Fact& fact) {
  std::string line;
  line.reserve(128 + fact.data.size() + fact.changes.size());
  line.append(fact.type) += kBetween;
  line.append(fact.resource) += kBetween;
  line.append(std::to_string(fact.at.time_since_epoch().count())) += kBetween;
  if (fact.begins) line += kBegins;
  line += kBetween;
  line.append(fact.user) += kBetween;
  append_json(line, fact.data);
  line += kBetween;
  append_json(line, fact.changes);
  return sanitize_utf8(line);  // what a provider said may be anything
}

std::optional<Event> read_line(std::string_view line, TenantId tenant, Timestamp stored_at) {
  std::array<std::string_view, 7> parts;
  for (std::string_view& part : parts) {
    const std::size_t end = std::min(line.find(kBetween), line.size());
    part = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  const auto& [type, resource, at_us, begins, user, data, changes] = parts;
  std::int64_t at = 0;
  const auto [end, error] = std::from_chars(at_us.data(), at_us.data() + at_us.size(), at);
  const bool is_whole = error == std::errc() && end == at_us.data() + at_us.size() &&
                        !type.empty() && is_object(data) && is_object(changes) && line.empty();
  if (!is_whole) return std::nullopt;
  Event event(tenant);
  event.type = type;
  event.resource = resource;
  event.user = user;
  event.at = Timestamp(Duration(at));
  event.changes = changes;
  if (begins == kBegins) {
    event.at = std::min(event.at, stored_at);
    event.data = with_times(event.at, data);
  } else {
    event.data = data;
  }
  return event;
}

std::string event_id(TenantId tenant, std::int64_t sequence) {
  return "evt_" + std::to_string(tenant.value()) + "_" + std::to_string(sequence);
}

std::string event_id(const Event& event) { return event_id(event.tenant, event.sequence); }

std::string event_json(const Event& event, Detail detail) {
  net::JsonWriter json;
  json.reserve(192 + event.data.size() + event.changes.size());
  json.begin_object()
      .member("id", event_id(event))
      .member("type", event.type)
      .member("timestamp", to_rfc3339(event.at))
      .member("sequence", event.sequence)
      .member("resource", event.resource);
  if (detail == Detail::full) {
    json.raw_member("data", event.data).raw_member("changes", event.changes);
  }
  json.end_object();
  return json.take();
}

}  // namespace remit::outbox
