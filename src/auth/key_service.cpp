#include "remit/auth/key_service.hpp"

#include "remit/auth/key_operations.hpp"
#include "remit/auth/key_text.hpp"

namespace remit::auth {

Task<Result<NewKey>> KeyService::create(KeyOwner owner, KeyRequest request) {
  const Uuid id = ids_.next();
  MadeKey made = make_key(id);
  InsertKey::Input input{.tenant = owner.tenant,
                         .by = owner.key,
                         .id = id,
                         .secret_hash = std::move(made.secret_hash),
                         .name = std::move(request.name),
                         .scopes = request.scopes,
                         .limit = request.limit,
                         .expires_at = request.expires_at};
  Result<ApiKey> key = co_await database_.run<InsertKey>(std::move(input));
  if (!key) co_return fail(std::move(key.error()));
  co_return NewKey{*std::move(key), std::move(made.text)};
}

Task<Result<std::vector<ApiKey>>> KeyService::list(TenantId tenant, KeyPage page) {
  ListKeys::Input input{.tenant = tenant, .limit = page.limit, .before = page.before};
  Result<std::vector<ApiKey>> keys = co_await database_.run<ListKeys>(std::move(input));
  co_return keys;
}

Task<Result<NewKey>> KeyService::rotate(KeyOwner owner, Uuid id, Duration overlap) {
  const Uuid new_id = ids_.next();
  MadeKey made = make_key(new_id);
  RotateKey::Input input{.tenant = owner.tenant,
                         .by = owner.key,
                         .old_id = id,
                         .id = new_id,
                         .secret_hash = std::move(made.secret_hash),
                         .overlap = overlap};
  Result<ApiKey> key = co_await database_.run<RotateKey>(std::move(input));
  if (!key) co_return fail(std::move(key.error()));
  co_return NewKey{*std::move(key), std::move(made.text)};
}

Task<Result<ApiKey>> KeyService::limit(Uuid id, std::optional<net::RequestLimit> limit) {
  LimitKey::Input input{.id = id, .limit = limit};
  Result<std::optional<ApiKey>> limited = co_await database_.run<LimitKey>(std::move(input));
  if (!limited) co_return fail(std::move(limited.error()));
  if (!*limited) co_return fail(kKeyNotFound, "there is no API key " + id.to_string());
  co_return **std::move(limited);
}

Task<Result<ApiKey>> KeyService::revoke(std::optional<KeyOwner> owner, Uuid id) {
  RevokeKey::Input input{.tenant = {}, .by = {}, .id = id};
  if (owner) {
    input.tenant = owner->tenant;
    input.by = owner->key;
  }
  Result<std::optional<ApiKey>> revoked = co_await database_.run<RevokeKey>(std::move(input));
  if (!revoked) co_return fail(std::move(revoked.error()));
  if (!*revoked) co_return fail(kKeyNotFound, "there is no API key " + id.to_string());
  co_return **std::move(revoked);
}

}  // namespace remit::auth
