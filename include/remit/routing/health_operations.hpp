// What all instances know of the providers' health, and whose turn it is to ask: a table shared
// through the database, because a processor may be asked only once per interval by all callers
// together.
//
// Values; `run` the operations on the loop thread. A failed claim claims nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remit/base/provider_kind.hpp"
#include "remit/base/uuid.hpp"
#include "remit/routing/provider_book.hpp"
#include "remit/storage/operation.hpp"

namespace remit::routing {

/// One provider and how often it may be asked.
struct HealthSlot {
  ProviderKind kind = ProviderKind::processor;
  std::string name;
  Duration interval = std::chrono::seconds(5);
};

struct BoardEntry {
  ProviderKind kind = ProviderKind::processor;
  std::string name;
  HealthReport report;
};

/// Added to every interval, so that the interval is kept even when one instance asks late and the
/// next one early.
inline constexpr Duration kClaimMargin = std::chrono::milliseconds(250);

/// Takes the slots that are due; the caller must now ask those providers, once.
struct ClaimHealthSlots {
  struct Input {
    std::vector<HealthSlot> slots;
    Uuid checker;
  };
  using Output = std::vector<HealthSlot>;
  static constexpr std::string_view kName = "health_claim";
  static void execute(storage::Transaction& transaction, storage::Slots<ClaimHealthSlots> slots);
};

/// Stores the provider's own report. Ignored when another instance has taken the slot meanwhile.
struct StoreHealth {
  struct Input {
    BoardEntry entry;
    Uuid checker;
  };
  using Output = void;
  static constexpr std::string_view kName = "health_store";
  static void execute(storage::Transaction& transaction, storage::Slots<StoreHealth> slots);
};

/// Returns a slot without a report. If the provider could not be asked, it is due again at once,
/// for another instance; one that was asked is so no sooner than before, since the interval is kept
/// by all callers together. Ignored as above.
struct ReturnHealthSlot {
  struct Input {
    HealthSlot slot;
    Uuid checker;
    bool was_asked = false;
  };
  using Output = void;
  static constexpr std::string_view kName = "health_return";
  static void execute(storage::Transaction& transaction, storage::Slots<ReturnHealthSlot> slots);
};

/// Every provider that has been asked at least once.
struct ReadHealth {
  struct Input {};
  using Output = std::vector<BoardEntry>;
  static constexpr std::string_view kName = "health_read";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<ReadHealth> slots);
};

}  // namespace remit::routing
