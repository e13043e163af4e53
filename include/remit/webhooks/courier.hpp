// A job that carries deliveries to endpoints.
//
// Every instance has one. It looks for endpoints with deliveries that are due, and serves each of
// them in a task of its own: claims the lowest numbers, sends them, and saves what became of each.
// A delivery that is claimed is leased, so that another instance goes on with it when this one ends
// suddenly; then it may be sent twice, with the same `webhook-id`.
//
// No endpoint delays another: each has slots of its own (line.hpp), and the places that all of them
// share are taken in turns, those that are not proven from fewer places than there are. Owned by
// the Application; loop thread. Failures of the database are logged, and what was not saved is sent
// again when its lease has ended.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "remit/base/histogram.hpp"
#include "remit/base/uuid.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"
#include "remit/webhooks/courier_operations.hpp"
#include "remit/webhooks/endpoint_service.hpp"
#include "remit/webhooks/sender.hpp"
#include "remit/webhooks/verdict.hpp"

namespace remit::webhooks {

class Turns;

struct CourierSettings {
  std::vector<Duration> schedule;               ///< of attempts, from the event on
  Duration timeout = std::chrono::seconds(15);  ///< of an attempt: the sender's
  std::int64_t instances = 1;                   ///< that share limits
  std::int64_t proven_places = 192;             ///< for endpoints whose last attempt succeeded
  std::int64_t other_places = 64;
  Duration hold = std::chrono::seconds(10);  ///< for which a claimed delivery may wait
  /// A delivery that has waited for longer is not begun before its endpoint has been looked at once
  /// more: it may have been disabled, deleted, moved, or given another secret.
  Duration fresh = std::chrono::milliseconds(250);
  Duration margin = std::chrono::seconds(5);  ///< of a lease, for saving
  Duration poll = std::chrono::milliseconds(250);
  Duration busy_pause = std::chrono::milliseconds(20);  ///< between two looks, at least
  Duration after_failure = std::chrono::seconds(1);
};

struct CourierStatistics {
  std::int64_t delivered = 0;
  std::int64_t failed = 0;  ///< and to be tried again
  std::int64_t dead_lettered = 0;
  std::int64_t unsaved = 0;  ///< attempts whose outcome was not saved: they are made again
  std::int64_t in_flight = 0;
  std::int64_t endpoints = 0;  ///< that are being served
  /// For how long the first delivery is due of those endpoints that have answered well and have no
  /// limit; empty: not known.
  std::optional<Duration> oldest_due;
};

class Courier {
 public:
  struct Parts {
    storage::Database& database;
    EndpointService& endpoints;
    Sender& sender;
    UuidSource& ids;
  };

  Courier(const jobs::Context& context, Parts parts, CourierSettings settings);
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;
  ~Courier();

  [[nodiscard]] jobs::Job& job() { return job_; }
  /// Nothing is begun from now on; attempts in flight end by themselves, or with the sender.
  void stop();
  [[nodiscard]] CourierStatistics statistics() const;
  /// How long attempts took, in seconds.
  [[nodiscard]] const Histogram& latency() const { return latency_; }

 private:
  class Service;  ///< of one endpoint
  struct Errand;  ///< one delivery on its way
  struct Places;  ///< for attempts, which all endpoints share
  using ServicePointer = std::shared_ptr<Service>;

  Task<jobs::Rest> turn();
  void on_seen(const std::vector<DueLine>& lines);
  ServicePointer service_of(const DueLine& line);
  void forget_idle();

  Task<void> serve(ServicePointer service);
  /// False: nothing is left that could be claimed now.
  Task<bool> serve_some(ServicePointer service, std::int64_t most);
  Task<void> carry(ServicePointer service, Errand errand);
  /// What the endpoint is now; null: it is to be sent nothing, or cannot be.
  Task<std::shared_ptr<const Destination>> look_again(ServicePointer service);
  /// Null: there was none in time.
  Task<Turns*> place_for(ServicePointer service, Duration begin_by);
  Task<void> attempt(ServicePointer service, Errand errand);
  Task<void> save(ServicePointer service, Errand errand, SaveAttempt::Input input);
  Task<void> release(ServicePointer service, Errand errand);
  void count(const SaveAttempt::Input& outcome, bool is_saved);

  jobs::Context context_;
  Parts parts_;
  CourierSettings settings_;
  std::unique_ptr<Places> places_;
  std::map<Uuid, ServicePointer> services_;
  CourierStatistics counts_;
  Histogram latency_;
  Duration looked_at_{0};
  jobs::Job job_;
};

}  // namespace remit::webhooks
