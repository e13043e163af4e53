#include "remit/webhooks/endpoint_service.hpp"

#include <utility>

#include "remit/net/json.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::webhooks {
namespace {

Problem not_found(const Uuid& id) {
  return {kEndpointNotFound, "there is no webhook endpoint " + id.to_string()};
}

Problem not_configured() {
  return {kWebhooksNotConfigured,
          "this installation has no key for the secrets of webhooks (webhooks.key_file)"};
}

/// What a sealed text belongs to: it opens for nothing else.
std::string owner_of(const EndpointKey& which, std::string_view what) {
  return std::to_string(which.tenant.id().value()) + "/" + which.id.to_string() + "/" +
         std::string(what);
}

constexpr std::string_view kSecret = "secret";
constexpr std::string_view kHeaders = "headers";

SealedSecret seal(const KeyRing& keys, const SigningKey& secret, const EndpointKey& which) {
  return {.kind = secret.kind,
          .sealed = keys.seal(to_text(secret), owner_of(which, kSecret)),
          .public_key = public_text(secret).value_or("")};
}

SealedHeaders seal(const KeyRing& keys, const std::vector<net::Header>& headers,
                   const EndpointKey& which) {
  SealedHeaders sealed;
  net::JsonWriter json;
  json.begin_object();
  for (const net::Header& header : headers) {
    sealed.names.push_back(header.name);
    json.member(header.name, header.value);
  }
  json.end_object();
  if (!headers.empty()) sealed.sealed = keys.seal(json.take(), owner_of(which, kHeaders));
  return sealed;
}

std::optional<std::vector<net::Header>> open_headers(const KeyRing& keys, std::string_view sealed,
                                                     const EndpointKey& which) {
  std::vector<net::Header> headers;
  if (sealed.empty()) return headers;
  const auto text = keys.open(sealed, owner_of(which, kHeaders));
  const auto json = text ? net::parse_json(*text) : Result<net::JsonValue>();
  if (!text || !json || json->object() == nullptr) return std::nullopt;
  for (const auto& [name, value] : *json->object()) {
    if (const std::string* const content = value.string()) headers.push_back({name, *content});
  }
  return headers;
}

Problem does_not_open(const Uuid& id) {
  return {kInternal, "what is stored of the webhook endpoint " + id.to_string() +
                         " does not open with the keys of this installation"};
}

NewSecret shown_once(Endpoint endpoint, const SigningKey& secret) {
  const bool is_shared = secret.kind == KeyKind::shared;
  return {.endpoint = std::move(endpoint), .secret = is_shared ? to_text(secret) : ""};
}

}  // namespace

Task<Result<NewSecret>> EndpointService::create(Tenant tenant, EndpointWish wish, KeyKind kind) {
  if (keys_.empty()) co_return fail(not_configured());
  const EndpointKey which{.tenant = tenant, .id = make_id(ids_.next(), tenant.home())};
  const SigningKey secret = make_signing_key(kind);
  Endpoint wanted;
  wanted.id = which.id;
  wanted.url = std::move(wish.url).value_or("");
  wanted.events = std::move(wish.events).value_or(std::vector<std::string>());
  wanted.description = std::move(wish.description).value_or("");
  wanted.mode = wish.mode.value_or(Mode::full);
  wanted.max_per_second = wish.max_per_second.value_or(0);
  wanted.disabled_reason = wish.enabled.value_or(true) ? "" : "requested";
  InsertEndpoint::Input input{
      .tenant = tenant,
      .endpoint = std::move(wanted),
      .headers = seal(keys_, wish.headers.value_or(std::vector<net::Header>()), which),
      .secret = seal(keys_, secret, which)};
  Result<Endpoint> made = co_await database_.run<InsertEndpoint>(std::move(input));
  if (!made) co_return fail(std::move(made.error()));
  co_return shown_once(*std::move(made), secret);
}

Task<Result<Endpoint>> EndpointService::find(Tenant tenant, Uuid id) {
  EndpointKey which{.tenant = tenant, .id = id};
  Result<std::optional<Endpoint>> found = co_await database_.run<FindEndpoint>(std::move(which));
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(not_found(id));
  co_return **std::move(found);
}

Task<Result<std::vector<Endpoint>>> EndpointService::list(Tenant tenant, EndpointPage page) {
  ListEndpoints::Input input{.tenant = tenant, .limit = page.limit, .before = page.before};
  Result<std::vector<Endpoint>> all = co_await database_.run<ListEndpoints>(std::move(input));
  co_return all;
}

Task<Result<Endpoint>> EndpointService::change(Tenant tenant, Uuid id, EndpointWish wish) {
  const EndpointKey which{.tenant = tenant, .id = id};
  ChangeEndpoint::Input input{.which = which, .wish = {}, .headers = {}};
  if (wish.headers) {
    if (keys_.empty() && !wish.headers->empty()) co_return fail(not_configured());
    input.headers = seal(keys_, *wish.headers, which);
    wish.headers.reset();
  }
  input.wish = std::move(wish);
  Result<std::optional<Endpoint>> changed =
      co_await database_.run<ChangeEndpoint>(std::move(input));
  if (!changed) co_return fail(std::move(changed.error()));
  if (!*changed) co_return fail(not_found(id));
  co_return **std::move(changed);
}

Task<Result<void>> EndpointService::remove(Tenant tenant, Uuid id) {
  EndpointKey which{.tenant = tenant, .id = id};
  const Result<bool> removed = co_await database_.run<DeleteEndpoint>(std::move(which));
  if (!removed) co_return fail(removed.error());
  if (!*removed) co_return fail(not_found(id));
  co_return Result<void>();
}

Task<Result<NewSecret>> EndpointService::rotate(Tenant tenant, Uuid id, Duration grace,
                                                std::optional<KeyKind> kind) {
  if (keys_.empty()) co_return fail(not_configured());
  const Result<Endpoint> now = co_await find(tenant, id);
  if (!now) co_return fail(now.error());
  // The previous secret signs as well: one that does not open here would leave the endpoint without
  // a signature on every instance.
  const Result<Destination> opened = co_await destination(tenant, id);
  if (!opened && grace > Duration::zero()) co_return fail(opened.error());
  const EndpointKey which{.tenant = tenant, .id = id};
  const SigningKey secret = make_signing_key(kind.value_or(now->signature));
  RotateSecret::Input input{.which = which, .secret = seal(keys_, secret, which), .grace = grace};
  Result<std::optional<Endpoint>> rotated = co_await database_.run<RotateSecret>(std::move(input));
  if (!rotated) co_return fail(std::move(rotated.error()));
  if (!*rotated) co_return fail(not_found(id));
  co_return shown_once(**std::move(rotated), secret);
}

Task<Result<std::vector<PublicKey>>> EndpointService::public_keys(Tenant tenant) {
  EndpointPage page{.limit = kMostEndpoints, .before = {}};
  const Result<std::vector<Endpoint>> all = co_await list(tenant, std::move(page));
  if (!all) co_return fail(all.error());
  std::vector<PublicKey> keys;
  for (const Endpoint& endpoint : *all) {
    if (!endpoint.public_key.empty()) keys.push_back({endpoint.id, endpoint.public_key, {}});
    if (!endpoint.previous_public_key.empty()) {
      keys.push_back({endpoint.id, endpoint.previous_public_key, endpoint.previous_until});
    }
  }
  co_return keys;
}

Task<Result<Destination>> EndpointService::destination(Tenant tenant, Uuid id) {
  const EndpointKey which{.tenant = tenant, .id = id};
  Result<std::optional<SealedDestination>> found = co_await database_.run<FindDestination>(which);
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(not_found(id));
  co_return open(which, **std::move(found));
}

Result<Destination> EndpointService::open(const EndpointKey& which,
                                          SealedDestination sealed) const {
  Destination destination{
      .endpoint = which.id, .url = std::move(sealed.url), .headers = {}, .keys = {}};
  auto headers = open_headers(keys_, sealed.headers, which);
  if (!headers) return fail(does_not_open(which.id));
  destination.headers = *std::move(headers);
  for (const std::string& secret : sealed.secrets) {
    const auto text = keys_.open(secret, owner_of(which, kSecret));
    auto key = text ? parse_signing_key(*text) : std::nullopt;
    if (!key) return fail(does_not_open(which.id));
    destination.keys.push_back(*std::move(key));
  }
  return destination;
}

std::optional<SealedTexts> EndpointService::reseal(const EndpointKey& which,
                                                   SealedTexts texts) const {
  const std::string secret = owner_of(which, kSecret);
  const std::string headers = owner_of(which, kHeaders);
  for (const auto& [text, owner] :
       {std::pair(&texts.secret, &secret), std::pair(&texts.previous_secret, &secret),
        std::pair(&texts.headers, &headers)}) {
    if (text->empty() || keys_.is_of_newest(*text)) continue;
    const auto opened = keys_.open(*text, *owner);
    if (!opened) return std::nullopt;
    *text = keys_.seal(*opened, *owner);
  }
  return texts;
}

}  // namespace remit::webhooks
