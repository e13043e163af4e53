// Makes, shows, replaces, limits and revokes the API keys of a tenant.
//
// Loop thread. Problems: kKeyNotFound, kKeyNotActive, kTooManyKeys, kUnauthenticated for an owner
// whose key is not active any more, and those of the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "remit/auth/api_key.hpp"
#include "remit/base/task.hpp"
#include "remit/base/uuid.hpp"
#include "remit/storage/database.hpp"

namespace remit::auth {

/// A key with its text, which is in no database.
struct NewKey {
  ApiKey key;
  std::string text;
};

struct KeyRequest {
  std::string name;
  net::Scopes scopes;
  std::optional<net::RequestLimit> limit;
  std::optional<Timestamp> expires_at;
};

struct KeyPage {
  std::int64_t limit = 0;
  std::optional<std::pair<Timestamp, Uuid>> before;
};

/// Who makes a change.
struct KeyOwner {
  TenantId tenant;
  std::optional<Uuid> key;  ///< of the request; empty: an operator, who needs none
};

class KeyService {
 public:
  KeyService(storage::Database& database, UuidSource& ids) : database_(database), ids_(ids) {}

  Task<Result<NewKey>> create(KeyOwner owner, KeyRequest request);
  Task<Result<std::vector<ApiKey>>> list(TenantId tenant, KeyPage page);
  /// The old one goes on for `overlap`, so that clients can change over.
  Task<Result<NewKey>> rotate(KeyOwner owner, Uuid id, Duration overlap);
  /// As an operator; empty: the usual limit. Instances hold it within 5 s.
  Task<Result<ApiKey>> limit(Uuid id, std::optional<net::RequestLimit> limit);
  /// As often as wanted. Without an owner, as an operator: whosoever it is.
  Task<Result<ApiKey>> revoke(std::optional<KeyOwner> owner, Uuid id);

 private:
  storage::Database& database_;
  UuidSource& ids_;
};

}  // namespace remit::auth
