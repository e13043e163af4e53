// Makes, shows, changes and deletes the endpoints of a tenant, and rotates their secrets, which are
// stored sealed (key_ring.hpp) and shown once.
//
// Owned by the Application; loop thread. Problems: kEndpointNotFound, kTooManyEndpoints,
// kWebhooksNotConfigured for what needs a sealing key when there is none, and those of the
// database.
#pragma once

#include <string>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/storage/database.hpp"
#include "remit/webhooks/endpoint_operations.hpp"
#include "remit/webhooks/key_ring.hpp"
#include "remit/webhooks/sender.hpp"
#include "remit/webhooks/upkeep_operations.hpp"

namespace remit::webhooks {

struct EndpointSettings {
  /// Also endpoints under http, and at addresses that are not public.
  bool allow_private_networks = false;
};

/// With its secret, which is in no answer after this one; of a pair it is empty, since receivers
/// need the public key alone.
struct NewSecret {
  Endpoint endpoint;
  std::string secret;
};

struct EndpointPage {
  std::int64_t limit = 0;
  std::optional<std::pair<Timestamp, Uuid>> before;
};

class EndpointService {
 public:
  EndpointService(storage::Database& database, UuidSource& ids, KeyRing keys,
                  EndpointSettings settings)
      : database_(database), ids_(ids), keys_(std::move(keys)), settings_(settings) {}

  [[nodiscard]] const EndpointSettings& settings() const { return settings_; }

  /// `wish` says at least URL and events.
  Task<Result<NewSecret>> create(Tenant tenant, EndpointWish wish, KeyKind kind);
  Task<Result<Endpoint>> find(Tenant tenant, Uuid id);
  Task<Result<std::vector<Endpoint>>> list(Tenant tenant, EndpointPage page);
  Task<Result<Endpoint>> change(Tenant tenant, Uuid id, EndpointWish wish);
  Task<Result<void>> remove(Tenant tenant, Uuid id);
  /// Without a kind, the new secret is of the same one.
  Task<Result<NewSecret>> rotate(Tenant tenant, Uuid id, Duration grace,
                                 std::optional<KeyKind> kind);
  Task<Result<std::vector<PublicKey>>> public_keys(Tenant tenant);
  /// With what deliveries are signed with now, the newest first. kInternal when something does not
  /// open: its sealing key was left out of the setting.
  Task<Result<Destination>> destination(Tenant tenant, Uuid id);
  /// What was read of it already, as `destination` answers it.
  [[nodiscard]] Result<Destination> open(const EndpointKey& which, SealedDestination sealed) const;
  /// The same texts, each sealed with the newest key. Empty: one of them does not open.
  [[nodiscard]] std::optional<SealedTexts> reseal(const EndpointKey& which,
                                                  SealedTexts texts) const;

 private:
  storage::Database& database_;
  UuidSource& ids_;
  KeyRing keys_;
  EndpointSettings settings_;
};

}  // namespace remit::webhooks
