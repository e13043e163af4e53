// What the database is asked about endpoints. Values; `run` the operations on the loop thread.
//
// Times are the database's. An endpoint that is another tenant's is as one that does not exist.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/storage/operation.hpp"
#include "remit/webhooks/endpoint.hpp"

namespace remit::webhooks {

/// A secret as it is stored.
struct SealedSecret {
  KeyKind kind = KeyKind::shared;
  std::string sealed;
  std::string public_key;  ///< empty: it has none
};

/// Headers as they are stored.
struct SealedHeaders {
  std::vector<std::string> names;
  std::string sealed;  ///< empty: there are none
};

/// Problems: kTooManyEndpoints.
struct InsertEndpoint {
  struct Input {
    Tenant tenant;
    Endpoint endpoint;  ///< its times are not written
    SealedHeaders headers;
    SealedSecret secret;
  };
  using Output = Endpoint;
  static constexpr std::string_view kName = "webhook_endpoint_insert";
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<InsertEndpoint> slots);
};

/// Which one; of several operations.
struct EndpointKey {
  Tenant tenant;
  Uuid id;
};

struct FindEndpoint {
  using Input = EndpointKey;
  using Output = std::optional<Endpoint>;
  static constexpr std::string_view kName = "webhook_endpoint_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindEndpoint> slots);
};

/// Newest first.
struct ListEndpoints {
  struct Input {
    Tenant tenant;
    std::int64_t limit = 0;
    std::optional<std::pair<Timestamp, Uuid>> before;
  };
  using Output = std::vector<Endpoint>;
  static constexpr std::string_view kName = "webhook_endpoint_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListEndpoints> slots);
};

/// Empty: there is none.
struct ChangeEndpoint {
  struct Input {
    EndpointKey which;
    EndpointWish wish;  ///< without its headers
    std::optional<SealedHeaders> headers;
  };
  using Output = std::optional<Endpoint>;
  static constexpr std::string_view kName = "webhook_endpoint_change";
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ChangeEndpoint> slots);
};

/// The secret becomes the previous one for `grace`. One that was the previous one is forgotten.
struct RotateSecret {
  struct Input {
    EndpointKey which;
    SealedSecret secret;
    Duration grace{0};
  };
  using Output = std::optional<Endpoint>;
  static constexpr std::string_view kName = "webhook_secret_rotate";
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<RotateSecret> slots);
};

/// Whether there was one.
struct DeleteEndpoint {
  using Input = EndpointKey;
  using Output = bool;
  static constexpr std::string_view kName = "webhook_endpoint_delete";
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<DeleteEndpoint> slots);
};

/// Where deliveries to an endpoint go, and what they are signed with now, as it is stored.
struct SealedDestination {
  std::string url;
  Mode mode = Mode::full;
  std::string headers;               ///< empty: there are none
  std::vector<std::string> secrets;  ///< the newest first
  bool enabled = true;
};

/// Empty: there is no such endpoint.
struct FindDestination {
  using Input = EndpointKey;
  using Output = std::optional<SealedDestination>;
  static constexpr std::string_view kName = "webhook_destination_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindDestination> slots);
};

}  // namespace remit::webhooks
