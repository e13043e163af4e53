#include "remit/auth/key_routes.hpp"

#include <memory>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/net/json.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/net/page.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::auth {
namespace {

using net::FieldReader;
using net::JsonWriter;
using net::Request;
using net::Response;
using Presence = net::FieldReader::Presence;

constexpr std::size_t kMaxScopeText = 32;
constexpr std::size_t kMaxTimeText = 64;
constexpr std::chrono::seconds kUsualOverlap = std::chrono::hours(1);

void write_time(JsonWriter& json, std::string_view name, const std::optional<Timestamp>& time) {
  json.member_or_null(name, time ? to_rfc3339(*time) : std::string());
}

void write_members(JsonWriter& json, const ApiKey& key) {
  json.member("id", key.id.to_string()).member("name", key.name);
  json.name("scopes").begin_array();
  for (const net::Scope scope : net::key_scopes()) {
    if (key.scopes.has(scope)) json.string(net::to_string(scope));
  }
  json.end_array();
  json.member("created_at", to_rfc3339(key.created_at));
  write_time(json, "expires_at", key.expires_at);
  write_time(json, "last_used_at", key.last_used_at);
  write_time(json, "revoked_at", key.revoked_at);
  json.member_or_null("made_by", key.made_by ? key.made_by->to_string() : std::string());
}

std::string key_json(const ApiKey& key) {
  JsonWriter json;
  json.begin_object();
  write_members(json, key);
  json.end_object();
  return json.take();
}

Response new_key_response(const NewKey& made) {
  JsonWriter json;
  json.begin_object().member("key", made.text);
  write_members(json, made.key);
  json.end_object();
  return net::json_response(201, json.take());
}

net::Page keys_page(const std::vector<ApiKey>& keys, std::size_t limit) {
  JsonWriter json;
  json.begin_array();
  const std::size_t shown = std::min(limit, keys.size());
  for (std::size_t i = 0; i < shown; ++i) json.raw(key_json(keys[i]));
  json.end_array();
  net::Page page{.items = json.take(), .next = {}};
  const bool has_more = shown > 0 && shown < keys.size();
  if (has_more) page.next = {keys[shown - 1].created_at, keys[shown - 1].id};
  return page;
}

net::Scopes read_scopes(FieldReader& fields) {
  net::Scopes scopes;
  std::size_t index = 0;
  const auto words = fields.texts("scopes", {1, net::key_scopes().size()}, kMaxScopeText);
  for (const std::string& word : words) {
    const auto scope = net::parse_scope(word);
    if (scope) {
      scopes.add(*scope);
    } else {
      fields.add_error_at("/scopes/" + std::to_string(index), "is not a scope");
    }
    ++index;
  }
  return scopes;
}

std::optional<Timestamp> read_expiry(FieldReader& fields, Timestamp now) {
  const auto text = fields.text("expires_at", 1, kMaxTimeText, Presence::optional);
  if (!text) return std::nullopt;
  const auto time = parse_timestamp(*text);
  if (!time) {
    fields.add_error("expires_at", time.error());
  } else if (*time <= now) {
    fields.add_error("expires_at", "must be in the future");
  } else if (*time - now > kMaxLifetime) {
    fields.add_error("expires_at", "must be within a hundred years");
  }
  return time ? std::optional(*time) : std::nullopt;
}

Result<KeyRequest> read_new_key(const Request& request, Timestamp now) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  FieldReader fields(*body);
  KeyRequest wanted;
  wanted.name = fields.text("name", 1, kMaxKeyName).value_or("");
  if (const std::string fault = name_fault(wanted.name); !wanted.name.empty() && !fault.empty()) {
    fields.add_error("name", fault);
  }
  wanted.scopes = read_scopes(fields);
  wanted.expires_at = read_expiry(fields, now);
  if (!fields.ok()) return fail(fields.problem());
  return wanted;
}

/// An empty body is one without members.
Result<Duration> read_overlap(const Request& request) {
  if (request.body.empty()) return Duration(kUsualOverlap);
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  FieldReader fields(*body);
  const auto seconds =
      fields.integer("overlap_seconds", 0, kMaxOverlap.count(), Presence::optional);
  if (!fields.ok()) return fail(fields.problem());
  return std::chrono::seconds(seconds.value_or(kUsualOverlap.count()));
}

Result<Uuid> read_key_id(const Request& request) {
  const std::string_view text = request.path_parameter("key_id");
  const auto id = Uuid::parse(text);
  if (!id) return fail(kKeyNotFound, "there is no API key " + std::string(clip_text(text, 64)));
  return *id;
}

KeyOwner owner_of(const Request& request) {
  return {.tenant = request.tenant(), .key = request.caller->key};
}

/// Who changes keys is told in the log.
void note(const Request& request, std::string_view event, const Uuid& key) {
  const std::optional<Uuid>& by = request.caller->key;
  telemetry::log(telemetry::Level::info, request.trace, event,
                 {{"tenant", request.tenant().id().value()},
                  {"key_id", key.to_string()},
                  {"by_key_id", by ? by->to_string() : std::string()}});
}

class KeyRoutes {
 public:
  KeyRoutes(KeyService& keys, const Clock& clock) : keys_(keys), clock_(clock) {}

  Task<Result<Response>> list(Request request) {
    net::QueryReader query(request, {"limit", "cursor"});
    KeyPage page{.limit = query.limit(), .before = {}};
    if (const auto cursor = query.cursor()) page.before.emplace(cursor->at, cursor->id);
    if (!query.ok()) co_return fail(query.problem());
    const auto limit = static_cast<std::size_t>(page.limit);
    ++page.limit;  // one more than shown tells whether there is another page
    const Result<std::vector<ApiKey>> keys = co_await keys_.list(request.tenant(), page);
    if (!keys) co_return fail(keys.error());
    co_return net::page_response(request, keys_page(*keys, limit));
  }

  Task<Result<Response>> create(Request request) {
    Result<KeyRequest> wanted = read_new_key(request, clock_.now());
    if (!wanted) co_return fail(std::move(wanted.error()));
    const Result<NewKey> made = co_await keys_.create(owner_of(request), *std::move(wanted));
    if (!made) co_return fail(made.error());
    note(request, "API key made", made->key.id);
    co_return new_key_response(*made);
  }

  Task<Result<Response>> rotate(Request request) {
    const Result<Uuid> id = read_key_id(request);
    if (!id) co_return fail(id.error());
    const Result<Duration> overlap = read_overlap(request);
    if (!overlap) co_return fail(overlap.error());
    const Result<NewKey> made = co_await keys_.rotate(owner_of(request), *id, *overlap);
    if (!made) co_return fail(made.error());
    note(request, "API key rotated", *id);
    note(request, "API key made", made->key.id);
    co_return new_key_response(*made);
  }

  Task<Result<Response>> revoke(Request request) {
    const Result<Uuid> id = read_key_id(request);
    if (!id) co_return fail(id.error());
    const Result<ApiKey> revoked = co_await keys_.revoke(owner_of(request), *id);
    if (!revoked) co_return fail(revoked.error());
    note(request, "API key revoked", *id);
    co_return net::json_response(200, key_json(*revoked));
  }

 private:
  KeyService& keys_;
  const Clock& clock_;
};

}  // namespace

std::vector<net::Route> key_routes(KeyService& keys, const Clock& clock) {
  using enum net::Method;
  using net::Scope;
  const auto routes = std::make_shared<KeyRoutes>(keys, clock);
  const auto to = [&routes](auto function) { return net::handler_of(routes, function); };
  return {{get, "/api-keys", Scope::admin, to(&KeyRoutes::list)},
          {post, "/api-keys", Scope::admin, to(&KeyRoutes::create)},
          {post, "/api-keys/{key_id}/rotate", Scope::admin, to(&KeyRoutes::rotate)},
          {delete_, "/api-keys/{key_id}", Scope::admin, to(&KeyRoutes::revoke)}};
}

}  // namespace remit::auth
