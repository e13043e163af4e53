// What keeps the tables of webhooks small and their secrets sealed with the newest key. Values;
// `run` the operations on the loop thread. All of them may be run by several instances at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/storage/operation.hpp"
#include "remit/webhooks/endpoint_operations.hpp"

namespace remit::webhooks {

/// Forgets the secrets whose grace period has ended. Answers of how many endpoints.
struct ForgetSecrets {
  struct Input {};
  using Output = std::int64_t;
  static constexpr std::string_view kName = "webhook_forget_secrets";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep,
                                                    .plans = storage::Plans::whole_tables};
  static void execute(storage::Transaction& transaction, storage::Slots<ForgetSecrets> slots);
};

/// What is sealed of an endpoint; empty: there is none.
struct SealedTexts {
  std::string secret;
  std::string previous_secret;
  std::string headers;

  friend bool operator==(const SealedTexts&, const SealedTexts&) = default;
};

/// Of all endpoints, from one on.
struct ListSealed {
  struct Row {
    EndpointKey endpoint;
    SealedTexts texts;
  };
  struct Input {
    std::optional<EndpointKey> after;
    std::int64_t limit = 0;
  };
  using Output = std::vector<Row>;
  static constexpr std::string_view kName = "webhook_list_sealed";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static void execute(storage::Transaction& transaction, storage::Slots<ListSealed> slots);
};

/// Answers whether `before` was still what it has.
struct ResealEndpoint {
  struct Input {
    EndpointKey endpoint;
    SealedTexts before;
    SealedTexts after;
  };
  using Output = bool;
  static constexpr std::string_view kName = "webhook_reseal";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static Bucket bucket_of(const Input& input) { return input.endpoint.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ResealEndpoint> slots);
};

/// Removes, of the next endpoint that has deliveries, the oldest of them that nothing has happened
/// to for so long; all of them, when the endpoint was deleted.
struct RemoveDeliveries {
  struct Input {
    std::optional<EndpointKey> after;  ///< empty: the first
    Duration keep{0};
    std::int64_t limit = 0;
  };
  struct Output {
    std::int64_t removed = 0;
    std::optional<EndpointKey> endpoint;  ///< empty: there was none
  };
  static constexpr std::string_view kName = "webhook_remove_deliveries";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::upkeep};
  static void execute(storage::Transaction& transaction, storage::Slots<RemoveDeliveries> slots);
};

}  // namespace remit::webhooks
