// What the courier knows of an endpoint, and of a delivery on its way. Loop thread.
#pragma once

#include <memory>

#include "remit/webhooks/courier.hpp"
#include "remit/webhooks/line.hpp"
#include "turns.hpp"

namespace remit::webhooks {

/// That all endpoints share.
struct Courier::Places {
  explicit Places(const CourierSettings& settings)
      : proven(settings.proven_places), others(settings.other_places) {}

  Turns proven;
  Turns others;
};

struct Courier::Errand {
  ClaimedDelivery delivery;
  std::shared_ptr<const Destination> destination;  ///< null: it cannot be signed
  Mode mode = Mode::full;
  Duration claimed_at{0};
  Duration begin_by{0};     ///< later it might be another's before it has ended
  Duration lease_until{0};  ///< later it may be another's
  Turns* place = nullptr;   ///< of which turns its place is
};

class Courier::Service {
 public:
  Service(EndpointKey whose, AlarmFactory& alarms)
      : endpoint(whose), slot_alarm(alarms.make_alarm()), place_alarm(alarms.make_alarm()) {}

  const EndpointKey endpoint;
  Line line;
  const std::unique_ptr<Alarm> slot_alarm;   ///< something has ended
  const std::unique_ptr<Alarm> place_alarm;  ///< of Turns
  bool is_served = false;
  bool has_news = false;    ///< there was something due at the last look
  bool is_failing = false;  ///< its last attempt failed
  Duration used_at{0};

  void on_attempted(bool is_delivered) {
    is_failing = !is_delivered;
    line.on_ended(is_delivered);
    slot_alarm->ring();
  }
  void on_settled() {
    line.on_settled();
    slot_alarm->ring();
  }

  [[nodiscard]] DeliveryKey key_of(const ClaimedDelivery& delivery) const {
    return {.tenant = endpoint.tenant, .endpoint = endpoint.id, .sequence = delivery.sequence};
  }
  [[nodiscard]] SaveAttempt::Input outcome_of(const Errand& errand) const {
    return {.which = key_of(errand.delivery),
            .version = errand.delivery.version,
            .error = {},
            .answer = {},
            .gone_url = {}};
  }
};

}  // namespace remit::webhooks
