// Deliveries in answers. Pure; any thread.
#pragma once

#include <string>

#include "remit/webhooks/delivery_service.hpp"

namespace remit::webhooks {

[[nodiscard]] std::string delivery_json(TenantId tenant, const Delivery& delivery,
                                        bool with_answer);
[[nodiscard]] std::string replayed_json(const Replayed& replayed);

}  // namespace remit::webhooks
