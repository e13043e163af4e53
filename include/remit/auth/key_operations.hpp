// What the database is asked about API keys. Values; `run` the operations on the loop thread.
//
// Times are the database's. A key that is another tenant's is as one that does not exist. What a
// key does to keys is done only while it is active itself, which the same transaction sees to: a
// revoked one leaves no heirs. Problem: kUnauthenticated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/auth/api_key.hpp"
#include "remit/storage/operation.hpp"

namespace remit::auth {

/// Problems: kTooManyKeys, when a key makes it.
struct InsertKey {
  struct Input {
    TenantId tenant;
    std::optional<Uuid> by;  ///< the key of the request; empty: an operator
    Uuid id;
    std::string secret_hash;
    std::string name;
    net::Scopes scopes;
    std::optional<net::RequestLimit> limit;  ///< when a key makes it: that key's own, if it has one
    std::optional<Timestamp> expires_at;
  };
  using Output = ApiKey;
  static constexpr std::string_view kName = "api_key_insert";
  static void execute(storage::Transaction& transaction, storage::Slots<InsertKey> slots);
};

/// A new key in place of an old one, which goes on for `overlap`. The new one lives as long as the
/// old one was meant to. Problems: kKeyNotFound, kKeyNotActive, kTooManyKeys as above.
struct RotateKey {
  struct Input {
    TenantId tenant;
    std::optional<Uuid> by;
    Uuid old_id;
    Uuid id;
    std::string secret_hash;
    Duration overlap;
  };
  using Output = ApiKey;
  static constexpr std::string_view kName = "api_key_rotate";
  static void execute(storage::Transaction& transaction, storage::Slots<RotateKey> slots);
};

/// For ever; of a key that is revoked already nothing changes. Empty: there is none.
struct RevokeKey {
  struct Input {
    std::optional<TenantId> tenant;  ///< empty: whosoever it is, for operators
    std::optional<Uuid> by;
    Uuid id;
  };
  using Output = std::optional<ApiKey>;
  static constexpr std::string_view kName = "api_key_revoke";
  static void execute(storage::Transaction& transaction, storage::Slots<RevokeKey> slots);
};

/// Whosoever it is, for operators. Empty: there is none.
struct LimitKey {
  struct Input {
    Uuid id;
    std::optional<net::RequestLimit> limit;  ///< empty: the usual one
  };
  using Output = std::optional<ApiKey>;
  static constexpr std::string_view kName = "api_key_limit";
  static void execute(storage::Transaction& transaction, storage::Slots<LimitKey> slots);
};

/// Newest first.
struct ListKeys {
  struct Input {
    TenantId tenant;
    std::int64_t limit = 0;
    std::optional<std::pair<Timestamp, Uuid>> before;
  };
  using Output = std::vector<ApiKey>;
  static constexpr std::string_view kName = "api_key_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<ListKeys> slots);
};

/// Those that exist, in no order; for who authenticates, whose keys they are.
struct FindKeys {
  using Input = std::vector<Uuid>;
  using Output = std::vector<KeyRecord>;
  static constexpr std::string_view kName = "api_key_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<FindKeys> slots);
};

/// That they are in use: written where the last time is a minute ago.
struct TouchKeys {
  using Input = std::vector<Uuid>;
  using Output = void;
  static constexpr std::string_view kName = "api_key_touch";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static void execute(storage::Transaction& transaction, storage::Slots<TouchKeys> slots);
};

}  // namespace remit::auth
