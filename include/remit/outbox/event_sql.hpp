// Events read inside the transaction of another operation. For files with SQL alone; called on lane
// threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "remit/outbox/event_operations.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::outbox {

/// As the operation ReadEvents does.
[[nodiscard]] std::vector<Event> read_events(storage::Transaction& transaction,
                                             const ReadEvents::Input& wanted);

/// Those with these numbers that are still kept.
[[nodiscard]] std::map<std::int64_t, Event> find_events(storage::Transaction& transaction,
                                                        const Tenant& tenant,
                                                        std::span<const std::int64_t> sequences);

/// The first number that was given to facts of that time, or of a later one.
[[nodiscard]] std::optional<std::int64_t> first_event_since(storage::Transaction& transaction,
                                                            const Tenant& tenant, Timestamp since);

}  // namespace remit::outbox
