#include "remit/engine/runner.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "remit/telemetry/log.hpp"
#include "saga_actor.hpp"
#include "saga_choice.hpp"

namespace remit::engine {
namespace {

/// While requests come in the queue has one of so many parts of the places.
constexpr std::int64_t kPortions = 32;
/// … and one more each time that this has passed.
constexpr Duration kGrowth = std::chrono::seconds(2);
/// Looking through a queue that waits takes at most one twentieth of the time.
constexpr int kLookShare = 20;

}  // namespace

class Runner::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Parts parts, Settings settings)
      : parts_(std::move(parts)),
        settings_(std::move(settings)),
        owner_(parts_.ids.next()),
        alarm_(parts_.alarms.make_alarm()),
        drained_(parts_.alarms.make_alarm()) {}

  void start() {
    is_looping_ = true;
    boost::asio::co_spawn(parts_.executor, loop(),
                          [self = shared_from_this()](std::exception_ptr error) {
                            log_defect(error, self->settings_.plan->kind);
                            self->is_looping_ = false;
                            self->ring_when_drained();
                          });
  }

  std::optional<Start> begin(Saga saga) {
    if (stopping_ || room_to_begin() <= 0 || demand() == Demand::crowd) {
      others_wait_ = true;
      return std::nullopt;
    }
    if (saga.legs.empty()) saga.legs = settings_.plan->initial_legs(saga);
    const Survey survey = survey_for(*settings_.plan, parts_.book);
    const Uuid id = parts_.ids.next();
    const Moment moment{
        .now = time().value_or(saga.created_at), .jitter_permille = jitter_of(id), .fresh_id = id};
    Step step = choose(std::move(saga), survey, moment, settings_.policy);
    if (next_action(step.saga) != Action::submit || step.rest) {
      others_wait_ = true;
      return std::nullopt;
    }
    // Known when it is stored: see saga_begun.
    step.saga.legs[current_leg_index(step.saga)].requested_at = Timestamp{};
    return Start({.step = std::move(step), .owner = owner_, .lease = settings_.lease}, take_place(),
                 parts_.clock.monotonic());
  }

  void go_on(Start start, Stored stored) {
    const Tenure tenure{.claimed_at = stored.at,
                        .earliest = start.begun_at(),
                        .latest = parts_.clock.monotonic(),
                        .lease_end = start.begun_at() + settings_.lease};
    Saga saga = saga_begun(start.take_first().step, stored);
    act(std::move(saga), tenure, false, start.take_place());
  }

  void wake() { alarm_->ring(); }

  Task<void> stop(Duration timeout) {
    stopping_ = true;
    alarm_->ring();
    const Duration deadline = parts_.clock.monotonic() + timeout;
    while (!is_drained() && parts_.clock.monotonic() < deadline) {
      const Duration left = deadline - parts_.clock.monotonic();
      co_await drained_->wait(left);
    }
  }

  [[nodiscard]] std::int64_t active() const { return active_; }

 private:
  /// For one saga in memory; given back when the last copy is gone.
  [[nodiscard]] std::shared_ptr<void> take_place() {
    ++active_;
    return {this, [self = shared_from_this()](void*) { self->give_back(); }};
  }

  void give_back() {
    --active_;
    if (stopping_) {
      ring_when_drained();
    } else if (room() >= reserved() && (routed_wait_ || (others_wait_ && has_portion()))) {
      alarm_->ring();  // room for a batch again; claiming one by one would cost a query each
    }
  }

  /// A place of the portion that the queue may have.
  [[nodiscard]] std::shared_ptr<void> take_place_of_queue() {
    ++of_queue_;
    return {this, [this, place = take_place()](void*) mutable {
              --of_queue_;
              place.reset();
            }};
  }

  [[nodiscard]] std::int64_t room() const { return settings_.concurrency - active_ - asked_for_; }
  /// Places that are left to those that wait already while there are such: begun ones would take
  /// every place that becomes free.
  [[nodiscard]] std::int64_t reserved() const { return (settings_.concurrency + 3) / 4; }
  [[nodiscard]] std::int64_t room_to_begin() const {
    return room() - (is_waited() ? reserved() : 0);
  }

  [[nodiscard]] bool is_waited() const { return others_wait_ || routed_wait_; }

  /// By the database's clock, as the last claim told it (decision 6); empty: none has so far.
  [[nodiscard]] std::optional<Timestamp> time() const {
    if (!time_at_zero_) return std::nullopt;
    return *time_at_zero_ + parts_.clock.monotonic();
  }

  [[nodiscard]] Demand demand() const { return parts_.demand ? parts_.demand() : Demand::none; }
  /// How many of the queue are in memory at once. A queue that is worked off as fast as can be
  /// takes the processor from requests; small portions leave them gaps. They grow by the second,
  /// since a queue that is not gone soon is more than a moment's.
  [[nodiscard]] std::int64_t portion() const {
    if (demand() == Demand::none) return settings_.concurrency;
    std::int64_t parts = 1;
    if (working_since_) parts += (parts_.clock.monotonic() - *working_since_) / kGrowth;
    return std::clamp(settings_.concurrency * parts / kPortions, std::int64_t{1},
                      settings_.concurrency);
  }
  [[nodiscard]] bool has_portion() const { return of_queue_ <= portion() / 2; }

  [[nodiscard]] bool is_drained() const { return active_ == 0 && !is_looping_; }
  void ring_when_drained() {
    if (stopping_ && is_drained()) drained_->ring();
  }

  static void log_defect(std::exception_ptr error, std::string_view kind) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& defect) {
      telemetry::log(telemetry::Level::error, "engine task ended by a defect",
                     {{"kind", kind}, {"what", defect.what()}});
    }
  }

  static void log_unreadable(const Claimed& claimed, std::string_view kind) {
    for (const UnreadableSaga& saga : claimed.unreadable) {
      telemetry::log(telemetry::Level::error, "payment cannot be read and is parked",
                     {{"payment_id", saga.id.to_string()}, {"kind", kind}, {"why", saga.why}});
    }
  }

  void act(Saga saga, const Tenure& tenure, bool found, std::shared_ptr<void> place) {
    auto actor =
        std::make_shared<SagaActor>(parts_, settings_, stopping_, std::move(saga), tenure, found);
    boost::asio::co_spawn(parts_.executor, SagaActor::run(std::move(actor)),
                          [place = std::move(place), kind = settings_.plan->kind](
                              std::exception_ptr error) { log_defect(error, kind); });
  }

  Task<void> loop() {
    while (!stopping_) {
      const bool more = co_await claim_round();
      if (!more && !stopping_) {
        co_await alarm_->wait(settings_.idle_interval);
      }
    }
  }

  enum class Found { all, more, unknown };  ///< unknown: there was no room, or no answer

  /// True when there may be more due work than was taken, and room for it.
  Task<bool> claim_round() {
    Found routed = Found::all;
    // Leases end and rests pass now and then; while a queue is being worked off, not at each turn.
    if (routed_wait_ || parts_.clock.monotonic() >= next_routed_claim_) {
      routed = co_await claim(true);
      routed_wait_ = routed != Found::all;
      next_routed_claim_ = parts_.clock.monotonic() + settings_.idle_interval;
    }
    const Found unrouted = co_await claim_ready();
    if (unrouted == Found::all) working_since_.reset();
    if (unrouted == Found::more && !working_since_) working_since_ = parts_.clock.monotonic();
    co_return (routed == Found::more || unrouted == Found::more) && room() > 0;
  }

  /// Of those that wait for a provider. While none can be chosen the queue is left alone, and what
  /// may still wait for a cheaper one is.
  Task<Found> claim_ready() {
    const std::optional<Timestamp> now = time();
    if (!now) co_return Found::all;
    Survey survey = survey_for(*settings_.plan, parts_.book);
    Readiness readiness = readiness_of(*settings_.plan, survey, *now, settings_.policy);
    if (readiness.nobody_takes_calls) co_return Found::all;
    // By their age alone those that wait no more are found at no cost. To find the others (of an
    // amount that need not wait, or looked at before) the whole queue has to be gone through.
    const bool some_wait = !readiness.bands.empty();
    const Duration begun_at = parts_.clock.monotonic();
    const bool looks_through = some_wait && begun_at >= next_look_;
    const Duration overdue = looks_through ? Duration::zero() : readiness.youngest();
    const Found found =
        co_await claim(false, overdue, std::move(readiness.bands), std::move(survey));
    if (found != Found::unknown) others_wait_ = found == Found::more;
    others_wait_ = others_wait_ || some_wait;
    if (looks_through && found != Found::more) {
      const Duration took = parts_.clock.monotonic() - begun_at;
      next_look_ = begun_at + std::max(took * kLookShare, settings_.idle_interval);
    }
    co_return found;
  }

  [[nodiscard]] std::int64_t places_for(bool has_provider) const {
    const std::int64_t places = std::min(room(), reserved());
    if (!has_provider) return std::min(places, portion() - of_queue_);
    // The other half is for those that have none.
    return others_wait_ ? (places + 1) / 2 : places;
  }

  Task<Found> claim(bool has_provider, Duration overdue = Duration::zero(),
                    std::vector<ReadyBand> ready = {}, Survey survey = {}) {
    const std::int64_t places = places_for(has_provider);
    if (places <= 0 || stopping_) co_return Found::unknown;
    const Duration leased_from = parts_.clock.monotonic();
    ClaimRequest request{.plan = settings_.plan,
                         .has_provider = has_provider,
                         .limit = places,
                         .overdue = overdue,
                         .ready = std::move(ready),
                         .owner = owner_,
                         .lease = settings_.lease,
                         .choose = {}};
    if (!has_provider) request.choose = chooser(std::move(survey), settings_.policy);
    asked_for_ = places;
    Result<Claimed> claimed = co_await parts_.store.claim(std::move(request));
    asked_for_ = 0;
    if (!claimed || !claimed->at) co_return Found::unknown;
    time_at_zero_ = *claimed->at - leased_from;
    const Tenure tenure{.claimed_at = *claimed->at,
                        .earliest = leased_from,
                        .latest = parts_.clock.monotonic(),
                        .lease_end = leased_from + settings_.lease};
    log_unreadable(*claimed, settings_.plan->kind);
    for (Saga& saga : claimed->sagas) {
      act(std::move(saga), tenure, has_provider,
          has_provider ? take_place() : take_place_of_queue());
    }
    co_return claimed->taken == places ? Found::more : Found::all;
  }

  Parts parts_;
  Settings settings_;
  Uuid owner_;
  std::unique_ptr<Alarm> alarm_;
  std::unique_ptr<Alarm> drained_;
  std::int64_t active_ = 0;     ///< places taken
  std::int64_t of_queue_ = 0;   ///< of them, by those that were claimed without a provider
  std::int64_t asked_for_ = 0;  ///< places that a claim under way may need
  Duration next_routed_claim_{0};
  Duration next_look_{0};                  ///< through the whole queue, while some of it waits
  std::optional<Timestamp> time_at_zero_;  ///< the database's, when the monotonic clock was there
  std::optional<Duration> working_since_;  ///< when the queue was first more than a claim took
  bool others_wait_ = true;  ///< for a provider; until a claim has shown that nobody does
  bool routed_wait_ = true;  ///< with a provider, until a claim has shown that nobody does
  bool is_looping_ = false;
  bool stopping_ = false;
};

Runner::Runner(Parts parts, Settings settings)
    : impl_(std::make_shared<Impl>(std::move(parts), std::move(settings))) {}
Runner::~Runner() = default;

void Runner::start() { impl_->start(); }
std::optional<Start> Runner::begin(Saga saga) { return impl_->begin(std::move(saga)); }
void Runner::go_on(Start start, Stored stored) { impl_->go_on(std::move(start), stored); }
void Runner::wake() { impl_->wake(); }
Task<void> Runner::stop(Duration timeout) { return impl_->stop(timeout); }
std::int64_t Runner::active() const { return impl_->active(); }

}  // namespace remit::engine
