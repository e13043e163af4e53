// Rows of deliveries, for the files with SQL that write and read them. Called on lane threads.
#pragma once

#include <pqxx/result>
#include <string>
#include <vector>

#include "remit/outbox/fact.hpp"
#include "remit/storage/columns.hpp"
#include "remit/webhooks/delivery.hpp"

namespace remit::webhooks {

/// One that begins.
struct NewDelivery {
  TenantId tenant;
  Uuid endpoint;
  std::int64_t sequence = 0;
  Uuid id;
  std::string event_type;
};

/// Its id is the same whenever and wherever it is made.
[[nodiscard]] NewDelivery new_delivery(const Tenant& tenant, const Uuid& endpoint,
                                       const outbox::Event& event);

inline constexpr storage::Column<NewDelivery> kNewDeliveryColumns[] = {
    storage::column<NewDelivery, &NewDelivery::tenant>("tenant_id"),
    storage::column<NewDelivery, &NewDelivery::endpoint>("endpoint_id"),
    storage::column<NewDelivery, &NewDelivery::sequence>("sequence"),
    storage::column<NewDelivery, &NewDelivery::id>("delivery_id"),
    storage::column<NewDelivery, &NewDelivery::event_type>("event_type")};

/// Whether one of the patterns is about the event.
[[nodiscard]] bool wants(const std::vector<std::string>& patterns, const outbox::Event& event);

}  // namespace remit::webhooks
