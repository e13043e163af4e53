#include "endpoint_requests.hpp"

#include <algorithm>
#include <array>

#include "remit/base/text.hpp"
#include "remit/net/json.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/net/url.hpp"
#include "remit/outbox/type_pattern.hpp"

namespace remit::webhooks {
namespace {

using net::FieldReader;
using Presence = net::FieldReader::Presence;

constexpr std::size_t kMaxWord = 8;
constexpr std::size_t kMaxPattern = 64;

/// Of one connection, or written by remit itself.
constexpr std::array<std::string_view, 17> kReservedHeaders = {
    "accept",       "accept-encoding",   "connection", "date",        "expect",
    "host",         "keep-alive",        "te",         "traceparent", "tracestate",
    "trailer",      "transfer-encoding", "upgrade",    "user-agent",  "via",
    "x-request-id", "forwarded"};
constexpr std::array<std::string_view, 3> kReservedPrefixes = {"content-", "proxy-", "webhook-"};

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

/// Printable ASCII, with blanks inside only: what every server reads alike.
bool is_plain_value(std::string_view text) {
  return !text.empty() && !text.starts_with(' ') && !text.ends_with(' ') &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

/// Empty: there is none.
std::string header_fault(std::string_view name, const net::JsonValue& value) {
  if (!is_token(name) || name.size() > kMaxHeaderName) {
    return "is no name of a header of at most " + std::to_string(kMaxHeaderName) + " characters";
  }
  const std::string lower = lowered(name);
  const bool is_reserved = std::ranges::find(kReservedHeaders, lower) != kReservedHeaders.end() ||
                           std::ranges::any_of(kReservedPrefixes, [&](std::string_view prefix) {
                             return lower.starts_with(prefix);
                           });
  if (is_reserved) return "is a header that cannot be chosen";
  const std::string* const text = value.string();
  if (text == nullptr || !is_plain_value(*text) || text->size() > kMaxHeaderValue) {
    return "must be 1 to " + std::to_string(kMaxHeaderValue) +
           " printable ASCII characters, without a blank at either end";
  }
  return {};
}

std::optional<std::vector<net::Header>> read_headers(FieldReader& fields) {
  const net::JsonValue* const given = fields.object("headers");
  if (given == nullptr) return std::nullopt;
  std::vector<net::Header> headers;
  const net::JsonObject& members = *given->object();
  if (members.size() > kMaxOwnHeaders) {
    fields.add_error("headers", "must be at most " + std::to_string(kMaxOwnHeaders) + " headers");
    return std::nullopt;
  }
  std::vector<std::string> seen;
  for (const auto& [name, value] : members) {
    std::string fault = header_fault(name, value);
    const std::string lower = lowered(name);
    if (fault.empty() && std::ranges::find(seen, lower) != seen.end()) fault = "is there twice";
    if (!fault.empty()) {
      fields.add_error_at("/headers" + net::pointer_to(clip_text(name, kMaxHeaderName)), fault);
      continue;
    }
    seen.push_back(lower);
    headers.push_back({name, *value.string()});
  }
  return headers;
}

std::optional<std::string> read_url(FieldReader& fields, Presence presence,
                                    const EndpointSettings& settings) {
  auto text = fields.text("url", 1, kMaxUrl, presence);
  if (!text) return std::nullopt;
  const auto url = net::parse_http_url(*text);
  if (!url) {
    fields.add_error("url", url.error());
  } else if (!settings.allow_private_networks && !url->is_https) {
    fields.add_error("url", "must begin with https://");
  } else if (!settings.allow_private_networks && net::names_special_address(*url)) {
    fields.add_error("url", "must not name an address of a private network, or of this machine");
  }
  return text;
}

std::optional<std::vector<std::string>> read_events(FieldReader& fields, Presence presence) {
  if (!fields.has("events") && presence == Presence::optional) return std::nullopt;
  auto patterns = fields.texts("events", {1, kMaxEventPatterns}, kMaxPattern, presence);
  std::size_t index = 0;
  for (const std::string& pattern : patterns) {
    if (!outbox::is_type_pattern(pattern)) {
      fields.add_error_at("/events/" + std::to_string(index),
                          "must be a type of event, such as payment.completed or payment.*");
    }
    ++index;
  }
  return patterns;
}

std::optional<Mode> read_mode(FieldReader& fields) {
  const auto text = fields.text("mode", 1, kMaxWord, Presence::optional);
  if (!text) return std::nullopt;
  for (const Mode mode : {Mode::full, Mode::thin}) {
    if (*text == to_string(mode)) return mode;
  }
  fields.add_error("mode", "must be full or thin");
  return std::nullopt;
}

std::optional<KeyKind> read_kind(FieldReader& fields) {
  const auto text = fields.text("signature", 1, kMaxWord, Presence::optional);
  if (!text) return std::nullopt;
  for (const KeyKind kind : {KeyKind::shared, KeyKind::pair}) {
    if (*text == to_string(kind)) return kind;
  }
  fields.add_error("signature", "must be v1 or v1a");
  return std::nullopt;
}

EndpointWish read_wish(FieldReader& fields, Presence presence, const EndpointSettings& settings) {
  EndpointWish wish;
  wish.url = read_url(fields, presence, settings);
  wish.events = read_events(fields, presence);
  wish.description = fields.text("description", 0, kMaxDescription, Presence::optional);
  wish.mode = read_mode(fields);
  wish.max_per_second = fields.integer("max_per_second", 0, kHighestRate, Presence::optional);
  wish.headers = read_headers(fields);
  wish.enabled = fields.boolean("enabled", Presence::optional);
  return wish;
}

}  // namespace

Result<NewEndpoint> read_new_endpoint(const net::Request& request,
                                      const EndpointSettings& settings) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  FieldReader fields(*body);
  NewEndpoint wanted;
  wanted.wish = read_wish(fields, Presence::required, settings);
  wanted.kind = read_kind(fields).value_or(KeyKind::shared);
  if (!fields.ok()) return fail(fields.problem());
  return wanted;
}

Result<EndpointWish> read_change(const net::Request& request, const EndpointSettings& settings) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  FieldReader fields(*body);
  EndpointWish wish = read_wish(fields, Presence::optional, settings);
  const bool is_empty = !wish.url && !wish.events && !wish.description && !wish.mode &&
                        !wish.max_per_second && !wish.headers && !wish.enabled;
  if (is_empty && fields.ok()) fields.add_error_at("", "must have something to change");
  if (!fields.ok()) return fail(fields.problem());
  return wish;
}

Result<Rotation> read_rotation(const net::Request& request) {
  Rotation rotation;
  if (request.body.empty()) return rotation;
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  FieldReader fields(*body);
  const auto seconds =
      fields.integer("grace_period_seconds", 0, kLongestGrace.count(), Presence::optional);
  rotation.grace = std::chrono::seconds(seconds.value_or(kUsualGrace.count()));
  rotation.kind = read_kind(fields);
  if (!fields.ok()) return fail(fields.problem());
  return rotation;
}

Result<bool> read_with_answer(const net::Request& request) {
  net::QueryReader query(request, {"with_answer"});
  const auto text = query.text("with_answer");
  if (text && *text != "true" && *text != "false") {
    query.add_error("with_answer", "must be true or false");
  }
  if (!query.ok()) return fail(query.problem());
  return text == "true";
}

Result<Uuid> read_endpoint_id(const net::Request& request) {
  const std::string_view text = request.path_parameter("endpoint_id");
  const auto id = Uuid::parse(text);
  if (id) return *id;
  return fail(kEndpointNotFound,
              "there is no webhook endpoint " + std::string(clip_text(text, 64)));
}

}  // namespace remit::webhooks
