// The routes of checkpoints and receipts (docs/receipts.md).
#pragma once

#include <vector>

#include "remit/books/receipt_service.hpp"
#include "remit/net/router.hpp"

namespace remit::books {

struct ReceiptRouteSettings {
  Duration checkpoint_interval = std::chrono::seconds(10);  ///< after which it pays to ask again
};

/// `service` outlives every request.
[[nodiscard]] std::vector<net::Route> receipt_routes(ReceiptService& service,
                                                     ReceiptRouteSettings settings);

}  // namespace remit::books
