#include "remit/engine/runner.hpp"

#include <utility>

#include "claims.hpp"
#include "first_steps.hpp"
#include "held_sagas.hpp"
#include "permits.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"
#include "saga_actor.hpp"

namespace remit::engine {
namespace {

using load::Found;
using load::PermitKind;

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
        idle_interval_(settings.idle_interval),
        owner_(parts.ids.next()),
        first_steps_(actors_, owner_),
        in_flight_(parts.in_flight ? parts.in_flight : std::make_shared<InFlight>(nullptr)),
        permits_({.permits = settings.concurrency, .routed_interval = settings.idle_interval},
                 parts.load, parts.clock, in_flight_),
        claims_({.actors = actors_,
                 .permits = permits_,
                 .act = [this](Saga saga, const LeaseHold& lease,
                               PermitKind kind) { act_on_claimed(std::move(saga), lease, kind); },
                 .on_purge = [this] { reconsider(); }},
                {.plan = settings.plan,
                 .policy = settings.policy,
                 .owner = owner_,
                 .lease = settings.lease,
                 .idle_interval = settings.idle_interval}),
        drained_(parts.alarms.make_alarm()),
        job_({parts.executor, parts.alarms, parts.clock},
             "runner " + std::string(settings.plan->kind), [this] { return claim_round(); }) {}

  void start() {
    in_flight_->on_room([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->on_room();
    });
    job_.start(shared_from_this());
  }

  std::optional<Admitted> try_admit(Saga saga) {
    const TenantId tenant = saga.tenant;
    permits_.on_seen(tenant);
    std::shared_ptr<const FirstStep> first;
    const bool has_permit = permits_.may_admit(tenant);
    if (!actors_->stopping && (has_permit || may_wait(tenant))) {
      first = first_steps_.make(std::move(saga), claims_.database_time());
    }
    if (!first) {
      permits_.admission().on_queued();
      return std::nullopt;
    }
    std::optional<load::Permit> permit;
    if (has_permit) permit = take_permit(PermitKind::fresh, tenant);
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

  void wake(Bucket bucket, TenantId tenant) {
    permits_.on_seen(tenant);
    claims_.on_work(bucket, tenant);
    job_.wake();
  }

  [[nodiscard]] bool is_at_its_bound(TenantId tenant) const {
    return in_flight_->is_at_its_bound(tenant);
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
    const load::AdmissionControl& admission = permits_.admission();
    return {actors_->plan->kind, admission.permits(), admission.active(),
            held_.waiting(),     held_.resting(),     counts_};
  }

 private:
  [[nodiscard]] Duration now() const { return actors_->clock.monotonic(); }
  [[nodiscard]] bool may_wait(TenantId tenant) const {
    return held_.may_wait(tenant) && !permits_.is_at_its_bound(tenant);
  }

  [[nodiscard]] load::Permit take_permit(PermitKind kind, TenantId tenant) {
    permits_.take(kind, tenant);
    return {shared_from_this(), kind, tenant};
  }
  void take_back(PermitKind kind, TenantId tenant) override {
    permits_.give_back(kind, tenant);
    go_on_with_held();
    if (actors_->stopping) {
      if (is_drained()) drained_->ring();
      return;
    }
    const Permits::Decision decision = permits_.decide();
    if (decision.claim_again || (decision.by_right.claim_again && claims_.some_have_a_right())) {
      job_.wake();  // for several: claiming one by one would cost a query each
    }
  }
  /// For a tenant that was at its bound.
  void on_room() {
    if (actors_->stopping) return;
    go_on_with_held();
    job_.wake();
  }

  void act(Saga saga, const LeaseHold& lease, Origin origin, load::Permit permit) {
    auto actor =
        std::make_shared<SagaActor>(actors_, std::move(saga), lease, origin, std::move(permit));
    job_.spawn(SagaActor::run(std::move(actor)));
  }
  void act_on_claimed(Saga saga, const LeaseHold& lease, PermitKind kind) {
    const TenantId tenant = saga.tenant;
    permits_.on_seen(tenant);
    const Origin origin = kind == PermitKind::routed ? Origin::taken_over : Origin::begun;
    act(std::move(saga), lease, origin, take_permit(kind, tenant));
  }
  void act_on_held(HeldSagas::Held held, PermitKind kind) {
    const TenantId tenant = held.saga.tenant;
    act(std::move(held.saga), held.lease, Origin::begun, take_permit(kind, tenant));
  }

  [[nodiscard]] bool is_drained() const {
    return permits_.admission().active() == 0 && held_.empty();
  }

  /// With as many as there are permits for.
  void go_on_with_held() {
    give_back_held();
    if (is_going_on_) return;
    is_going_on_ = true;
    while (resume_one()) {
    }
    while (begin_one()) {
    }
    is_going_on_ = false;
  }

  bool resume_one() {
    const Permits::Decision decision = permits_.decide();
    if (decision.by_right.resume <= 0) return false;
    const bool for_all = decision.resume > 0;
    std::optional<HeldSagas::Held> held =
        held_.resume(now(), [&](TenantId tenant) { return permits_.may_have(tenant, for_all); });
    if (held) act_on_held(*std::move(held), PermitKind::routed);
    return held.has_value();
  }

  bool begin_one() {
    const Permits::Decision decision = permits_.decide();
    if (decision.by_right.begin_waiting <= 0) return false;
    const bool for_all = decision.begin_waiting > 0;
    std::optional<HeldSagas::Held> held =
        held_.begin([&](TenantId tenant) { return permits_.may_have(tenant, for_all); });
    if (held) act_on_held(*std::move(held), PermitKind::queued);
    return held.has_value();
  }

  void give_back_held() {
    while (std::optional<HeldSagas::GivenBack> given_back = held_.give_back(now())) {
      job_.spawn(give_back(shared_from_this(), *std::move(given_back)));
    }
  }

  static Task<void> give_back(std::shared_ptr<Impl> self, HeldSagas::GivenBack given_back) {
    const Bucket bucket = given_back.step.saga.bucket;
    const TenantId tenant = given_back.step.saga.tenant;
    SaveRequest request{.step = std::move(given_back.step), .lease = {}};
    // If it fails the lease brings it back.
    const Result<Saved> saved = co_await self->actors_->database.run<SaveStep>(std::move(request));
    self->held_.on_given_back();
    self->permits_.admission().on_queued();
    self->claims_.on_work(bucket, tenant);
    self->give_back_held();
    if (self->actors_->stopping && self->is_drained()) self->drained_->ring();
    if (const auto over = saved ? given_back.lease.leave() : nullptr) {
      BatchLease lease = *over;
      co_await self->actors_->database.run<EndLease>(std::move(lease));
    }
  }

  /// They cost no claim. For a moment's saturation alone: one that lasts is none any more.
  [[nodiscard]] bool waiting_ones_go_first() const {
    return permits_.is_saturated() && held_.waiting() > 0 && !claims_.some_have_a_right();
  }

  /// At once when there may be more due work than was taken, and room for it.
  Task<jobs::Rest> claim_round() {
    go_on_with_held();
    const Found routed = co_await claims_.claim_routed();
    Found queued = Found::all;
    if (!waiting_ones_go_first()) queued = co_await claims_.claim_queued();
    go_on_with_held();  // with what the claims have left
    const bool is_more = routed == Found::more || queued == Found::more;
    const bool go_on = is_more && permits_.admission().has_room();
    co_return go_on ? Duration::zero() : idle_interval_;
  }

  HeldSagas held_;
  SagaCounts counts_;
  const std::shared_ptr<ActorParts> actors_;
  const Duration idle_interval_;
  const Uuid owner_;
  FirstSteps first_steps_;
  std::shared_ptr<InFlight> in_flight_;
  Permits permits_;
  Claims claims_;
  bool is_going_on_ = false;
  const std::unique_ptr<Alarm> drained_;
  jobs::Job job_;
};

Runner::Runner(Parts parts, Settings settings) : impl_(std::make_shared<Impl>(parts, settings)) {}
// What is still under way keeps its parts alive; it must end before what they refer to.
Runner::~Runner() { impl_->stop(); }

void Runner::start() { impl_->start(); }
std::optional<Admitted> Runner::try_admit(Saga saga) { return impl_->try_admit(std::move(saga)); }
void Runner::run(Admitted admitted, Stored stored) { impl_->run(std::move(admitted), stored); }
void Runner::reconsider() { impl_->reconsider(); }
void Runner::wake(Bucket bucket, TenantId tenant) { impl_->wake(bucket, tenant); }
bool Runner::is_at_its_bound(TenantId tenant) const { return impl_->is_at_its_bound(tenant); }
void Runner::stop() { impl_->stop(); }
Task<bool> Runner::ended(Duration timeout) { return impl_->ended(timeout); }
std::int64_t Runner::active() const { return impl_->statistics().in_flight; }
std::int64_t Runner::waiting() const { return impl_->statistics().waiting; }
std::int64_t Runner::resting() const { return impl_->statistics().resting; }
RunnerStatistics Runner::statistics() const { return impl_->statistics(); }

}  // namespace remit::engine
