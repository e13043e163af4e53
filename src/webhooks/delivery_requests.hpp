// Reads requests about deliveries from HTTP, with all faults at once. Pure.
#pragma once

#include "remit/net/http.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/webhooks/delivery_service.hpp"

namespace remit::webhooks {

/// With one more than is to be shown, which tells whether there is another page.
[[nodiscard]] Result<ListDeliveries::Input> read_delivery_list(const net::Request& request);

/// Of the path; kDeliveryNotFound for what is no id.
[[nodiscard]] Result<DeliveryId> read_delivery_id(const net::Request& request);

/// A list of deliveries is in the order of their sequences: what a cursor has as its instant is
/// one, in microseconds.
[[nodiscard]] net::Cursor cursor_of(const Delivery& delivery);
[[nodiscard]] std::int64_t sequence_of(const net::Cursor& cursor);

struct ReplayRequest {
  Timestamp since;
  std::int64_t after = 0;
};

[[nodiscard]] Result<ReplayRequest> read_replay(const net::Request& request);

}  // namespace remit::webhooks
