// A job that gives numbered events to the endpoints that want them: a delivery for each.
//
// Every instance has one; one of them has the turn, for a few seconds at a time, and the others
// wait until it has ended (as with outbox::Sequencer). Owned by the Application; loop thread.
// Failures are logged and the turn is repeated: until then deliveries are late, and nothing else
// is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "remit/base/uuid.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"
#include "remit/webhooks/fan_out_operations.hpp"

namespace remit::webhooks {

struct FanOutSettings {
  Duration lease = std::chrono::seconds(3);
  Duration busy_pause = std::chrono::milliseconds(10);  ///< between turns that found something
  Duration idle_pause = std::chrono::milliseconds(50);  ///< unless it is woken
  Duration standby_pause = std::chrono::milliseconds(500);
  std::int64_t tenants = 100;       ///< in a transaction
  std::int64_t events = 500;        ///< of each tenant
  std::int64_t deliveries = 5'000;  ///< about
};

class FanOut {
 public:
  struct Parts {
    storage::Database& database;
    UuidSource& ids;
    std::function<void()> on_given;  ///< there are new deliveries
  };

  FanOut(const jobs::Context& context, Parts parts, FanOutSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }
  /// After the job has ended: another instance goes on at once.
  Task<void> leave();

  [[nodiscard]] bool has_turn() const { return has_turn_; }
  /// Deliveries that were begun here.
  [[nodiscard]] std::int64_t begun() const { return begun_; }

 private:
  Task<jobs::Rest> turn();
  Task<jobs::Rest> give();

  Parts parts_;
  FanOutSettings settings_;
  Uuid owner_;
  std::optional<FanOutEvents::Place> after_;
  std::int64_t begun_ = 0;
  bool has_turn_ = false;
  jobs::Job job_;
};

}  // namespace remit::webhooks
