#include "remit/engine/runner.hpp"

#include <utility>

#include "claim_planner.hpp"
#include "first_steps.hpp"
#include "held_sagas.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/jobs/job.hpp"
#include "remit/load/admission_control.hpp"
#include "remit/storage/database.hpp"
#include "remit/telemetry/log.hpp"
#include "saga_actor.hpp"
#include "saga_choice.hpp"

namespace remit::engine {
namespace {

using load::Found;
using load::PermitKind;

void log_unreadable(const Claimed& claimed, std::string_view kind) {
  for (const UnreadableSaga& saga : claimed.unreadable) {
    telemetry::log(telemetry::Level::error, "payment cannot be read; it is parked",
                   {{"payment_id", saga.id.to_string()}, {"kind", kind}, {"why", saga.why}});
  }
}

}  // namespace

class Runner::Impl final : public load::PermitIssuer, public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Parts& parts, const Settings& settings)
      : held_({.lease = settings.lease,
               .look_interval = settings.idle_interval,
               .waiting_limit = settings.waiting_limit,
               .resting_limit = settings.resting_limit}),
        actors_(std::make_shared<ActorParts>(ActorParts{.database = parts.database,
                                                        .book = parts.book,
                                                        .find_provider = parts.find_provider,
                                                        .alarms = parts.alarms,
                                                        .ids = parts.ids,
                                                        .clock = parts.clock,
                                                        .held = held_,
                                                        .counts = counts_,
                                                        .plan = settings.plan,
                                                        .policy = settings.policy,
                                                        .lease = settings.lease})),
        load_(parts.load),
        idle_interval_(settings.idle_interval),
        owner_(parts.ids.next()),
        first_steps_(actors_, owner_),
        admission_({.permits = settings.concurrency, .routed_interval = settings.idle_interval}),
        planner_({.plan = settings.plan,
                  .policy = settings.policy,
                  .owner = owner_,
                  .lease = settings.lease,
                  .idle_interval = settings.idle_interval}),
        drained_(parts.alarms.make_alarm()),
        job_({parts.executor, parts.alarms, parts.clock},
             "runner " + std::string(settings.plan->kind), [this] { return claim_round(); }) {}

  void start() { job_.start(shared_from_this()); }

  std::optional<Admitted> try_admit(Saga saga) {
    std::shared_ptr<const FirstStep> first;
    const bool has_permit = decide().admit;
    if (!actors_->stopping && (has_permit || held_.may_wait())) {
      first = first_steps_.make(std::move(saga), database_time());
    }
    if (!first) {
      admission_.on_queued();
      return std::nullopt;
    }
    std::optional<load::Permit> permit;
    if (has_permit) permit = take_permit(PermitKind::fresh);
    return Admitted(std::move(first), std::move(permit), now());
  }

  void run(Admitted admitted, Stored stored) {
    LeaseHold lease{.claimed_at = stored.at,
                    .earliest = admitted.begun_at(),
                    .latest = now(),
                    .lease_end = admitted.begun_at() + actors_->lease,
                    .shared = stored.lease};
    Saga saga = saga_begun(admitted.first()->step, stored);
    if (std::optional<load::Permit> permit = admitted.take_permit()) {
      return act(std::move(saga), std::move(lease), Origin::begun, *std::move(permit));
    }
    held_.wait({std::move(saga), std::move(lease)});
    go_on_with_held();
  }

  void reconsider() {
    held_.doubt();
    give_back_held();
  }

  void wake(Bucket bucket) {
    planner_.on_work(bucket);
    job_.wake();
  }

  void stop() {
    actors_->stopping = true;
    held_.close();
    job_.stop();
    give_back_held();
  }

  Task<bool> ended(Duration timeout) {
    const Duration deadline = now() + timeout;
    const bool job_has_ended = co_await job_.ended(timeout);
    while (!is_drained() && now() < deadline) {
      const Duration left = deadline - now();
      co_await drained_->wait(left);
    }
    const bool all_have_ended = job_has_ended && is_drained();
    co_return all_have_ended;
  }

  [[nodiscard]] RunnerStatistics statistics() const {
    return {plan().kind,     admission_.permits(), admission_.active(),
            held_.waiting(), held_.resting(),      counts_};
  }

 private:
  [[nodiscard]] const SagaPlan& plan() const { return *actors_->plan; }
  [[nodiscard]] Duration now() const { return actors_->clock.monotonic(); }
  [[nodiscard]] load::AdmissionControl::Decision decide() const {
    return admission_.decide(load_.level(), now());
  }
  /// By the database's clock, as the last claim told it (decision 6); empty: none has so far.
  [[nodiscard]] std::optional<Timestamp> database_time() const {
    if (!time_at_zero_) return std::nullopt;
    return *time_at_zero_ + now();
  }

  [[nodiscard]] load::Permit take_permit(PermitKind kind) {
    admission_.take(kind);
    return {shared_from_this(), kind};
  }
  void take_back(PermitKind kind) override {
    admission_.give_back(kind);
    go_on_with_held();
    if (actors_->stopping) {
      if (is_drained()) drained_->ring();
      return;
    }
    if (decide().claim_again) {
      job_.wake();  // for a whole batch: claiming one by one would cost a query each
    }
  }

  void act(Saga saga, const LeaseHold& lease, Origin origin, load::Permit permit) {
    auto actor =
        std::make_shared<SagaActor>(actors_, std::move(saga), lease, origin, std::move(permit));
    job_.spawn(SagaActor::run(std::move(actor)));
  }

  [[nodiscard]] bool is_drained() const { return admission_.active() == 0 && held_.empty(); }

  /// With as many as there are permits for.
  void go_on_with_held() {
    give_back_held();
    if (is_going_on_) return;
    is_going_on_ = true;
    for (std::int64_t count = decide().resume; count > 0; --count) {
      std::optional<HeldSagas::Held> held = held_.resume(now());
      if (!held) break;
      act(std::move(held->saga), held->lease, Origin::begun, take_permit(PermitKind::routed));
    }
    for (std::int64_t count = decide().begin_waiting; count > 0; --count) {
      std::optional<HeldSagas::Held> held = held_.begin();
      if (!held) break;
      act(std::move(held->saga), held->lease, Origin::begun, take_permit(PermitKind::queued));
    }
    is_going_on_ = false;
  }

  void give_back_held() {
    while (std::optional<HeldSagas::GivenBack> given_back = held_.give_back(now())) {
      job_.spawn(give_back(shared_from_this(), *std::move(given_back)));
    }
  }

  static Task<void> give_back(std::shared_ptr<Impl> self, HeldSagas::GivenBack given_back) {
    const Bucket bucket = given_back.step.saga.bucket;
    SaveRequest request{.step = std::move(given_back.step), .lease = {}};
    // If it fails the lease brings it back.
    const Result<Saved> saved = co_await self->actors_->database.run<SaveStep>(std::move(request));
    self->held_.on_given_back();
    self->admission_.on_queued();
    self->planner_.on_work(bucket);
    self->give_back_held();
    if (self->actors_->stopping && self->is_drained()) self->drained_->ring();
    if (const auto over = saved ? given_back.lease.leave() : nullptr) {
      BatchLease lease = *over;
      co_await self->actors_->database.run<EndLease>(std::move(lease));
    }
  }

  /// They cost no claim. For a moment's saturation alone: one that lasts is none any more.
  [[nodiscard]] bool waiting_ones_go_first() const {
    return load_.level() == load::Load::saturated && held_.waiting() > 0;
  }

  /// At once when there may be more due work than was taken, and room for it.
  Task<jobs::Rest> claim_round() {
    go_on_with_held();
    Found routed = Found::all;
    if (const std::optional<std::int64_t> count = decide().claim_routed) {
      if (std::optional<ClaimRequest> request = planner_.routed(*count, now())) {
        routed = co_await claim(*std::move(request), PermitKind::routed);
      }
      admission_.on_routed_claimed(routed, now());
    }
    Found queued = Found::all;
    if (!waiting_ones_go_first()) queued = co_await claim_queued();
    go_on_with_held();  // with what the claims have left
    const bool go_on = (routed == Found::more || queued == Found::more) && admission_.has_room();
    co_return go_on ? Duration::zero() : idle_interval_;
  }

  /// Of those that wait for a provider.
  Task<Found> claim_queued() {
    std::optional<ClaimPlanner::QueueClaim> planned;
    if (const std::optional<Timestamp> database_now = database_time()) {
      Survey survey = survey_for(plan(), actors_->book);
      planned = planner_.queued(decide().claim_queued, std::move(survey), *database_now, now());
    }
    if (!planned) {
      admission_.on_queue_skipped();
      co_return Found::all;
    }
    ClaimRequest request = std::move(planned->request);
    const Found found = co_await claim(std::move(request), PermitKind::queued);
    admission_.on_queue_claimed(found, planned->remainder, now());
    planner_.on_queue_claimed(*planned, found, now());
    co_return found;
  }

  Task<Found> claim(ClaimRequest request, PermitKind kind) {
    const std::int64_t limit = request.limit;
    if (limit == 0 || actors_->stopping) co_return Found::unknown;
    const Duration leased_from = now();
    admission_.begin_claim(limit);
    const bool everywhere = request.places.empty();
    const bool is_routed = kind == PermitKind::routed;
    Result<Claimed> claimed = co_await actors_->database.run<ClaimSagas>(std::move(request));
    admission_.end_claim();
    if (!claimed || !claimed->at) co_return Found::unknown;
    time_at_zero_ = *claimed->at - leased_from;
    if (everywhere) planner_.on_looked(is_routed, std::move(claimed->places), leased_from, now());
    if (claimed->epoch && *claimed->epoch != std::exchange(epoch_, *claimed->epoch)) reconsider();
    const LeaseHold lease{.claimed_at = *claimed->at,
                          .earliest = leased_from,
                          .latest = now(),
                          .lease_end = leased_from + actors_->lease};
    log_unreadable(*claimed, plan().kind);
    counts_.parked += std::ssize(claimed->unreadable);
    const Origin origin = is_routed ? Origin::taken_over : Origin::begun;
    for (Saga& saga : claimed->sagas) act(std::move(saga), lease, origin, take_permit(kind));
    co_return claimed->taken == limit ? Found::more : Found::all;
  }

  HeldSagas held_;
  SagaCounts counts_;
  const std::shared_ptr<ActorParts> actors_;
  const load::Meter& load_;
  const Duration idle_interval_;
  const Uuid owner_;
  FirstSteps first_steps_;
  load::AdmissionControl admission_;
  ClaimPlanner planner_;
  std::int64_t epoch_ = kFirstEpoch;
  bool is_going_on_ = false;
  const std::unique_ptr<Alarm> drained_;
  std::optional<Timestamp> time_at_zero_;  ///< the database's, when the monotonic clock was there
  jobs::Job job_;
};

Runner::Runner(Parts parts, Settings settings) : impl_(std::make_shared<Impl>(parts, settings)) {}
// What is still under way keeps its parts alive; it must end before what they refer to.
Runner::~Runner() { impl_->stop(); }

void Runner::start() { impl_->start(); }
std::optional<Admitted> Runner::try_admit(Saga saga) { return impl_->try_admit(std::move(saga)); }
void Runner::run(Admitted admitted, Stored stored) { impl_->run(std::move(admitted), stored); }
void Runner::reconsider() { impl_->reconsider(); }
void Runner::wake(Bucket bucket) { impl_->wake(bucket); }
void Runner::stop() { impl_->stop(); }
Task<bool> Runner::ended(Duration timeout) { return impl_->ended(timeout); }
std::int64_t Runner::active() const { return impl_->statistics().in_flight; }
std::int64_t Runner::waiting() const { return impl_->statistics().waiting; }
std::int64_t Runner::resting() const { return impl_->statistics().resting; }
RunnerStatistics Runner::statistics() const { return impl_->statistics(); }

}  // namespace remit::engine
