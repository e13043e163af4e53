#include "remit/engine/runner.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "remit/telemetry/log.hpp"
#include "saga_actor.hpp"

namespace remit::engine {

class Runner::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Parts parts, Settings settings)
      : parts_(std::move(parts)),
        settings_(std::move(settings)),
        owner_(parts_.ids.next()),
        alarm_(parts_.alarms.make_alarm()),
        drained_(parts_.alarms.make_alarm()) {}

  void start() {
    ++active_loops_;
    spawn(loop(), active_loops_);
  }

  void wake() { alarm_->ring(); }

  Task<void> stop(Duration timeout) {
    stopping_ = true;
    alarm_->ring();
    const Duration deadline = parts_.clock.monotonic() + timeout;
    while (active_loops_ + active_ > 0 && parts_.clock.monotonic() < deadline) {
      const Duration left = deadline - parts_.clock.monotonic();
      co_await drained_->wait(left);
    }
  }

  [[nodiscard]] std::int64_t active() const { return active_; }

 private:
  void spawn(Task<void> task, std::int64_t& counter) {
    boost::asio::co_spawn(parts_.executor, std::move(task),
                          [self = shared_from_this(), &counter](std::exception_ptr error) {
                            self->ended(counter, error);
                          });
  }

  void ended(std::int64_t& counter, std::exception_ptr error) {
    --counter;
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& defect) {
        telemetry::log(telemetry::Level::error, "engine task ended by a defect",
                       {{"kind", settings_.plan->kind}, {"what", defect.what()}});
      }
    }
    if (stopping_ && active_loops_ + active_ == 0) {
      drained_->ring();
    } else if (active_ == settings_.concurrency / 2) {
      alarm_->ring();  // room for a batch again; claiming one by one would cost a query each
    }
  }

  Task<void> loop() {
    while (!stopping_) {
      const bool more = co_await claim_round();
      if (!more && !stopping_) {
        co_await alarm_->wait(settings_.idle_interval);
      }
    }
  }

  /// True when there may be more due work than was taken.
  Task<bool> claim_round() {
    const bool more_routed = co_await claim(true);
    bool more_unrouted = false;
    // While no provider can be chosen the queue is left alone: it costs nothing and loses nothing.
    if (any_choosable()) {
      more_unrouted = co_await claim(false);
    }
    co_return more_routed || more_unrouted;
  }

  [[nodiscard]] bool any_choosable() const {
    const Money probe{100, Currency::USD};
    return std::ranges::any_of(settings_.plan->legs, [this, probe](const LegPlan& leg) {
      return parts_.book.choose(leg.provider_kind, probe, {}).provider.has_value();
    });
  }

  Task<bool> claim(bool has_provider) {
    const std::int64_t room = settings_.concurrency - active_;
    if (room <= 0 || stopping_) {
      co_return false;
    }
    const Duration leased_from = parts_.clock.monotonic();
    ClaimRequest request{.plan = settings_.plan,
                         .has_provider = has_provider,
                         .limit = room,
                         .owner = owner_,
                         .lease = settings_.lease};
    Result<Claimed> claimed = co_await parts_.store.claim(std::move(request));
    if (!claimed) {
      co_return false;
    }
    const bool more = std::ssize(claimed->sagas) == room;
    const Tenure tenure{.claimed_at = claimed->at,
                        .earliest = leased_from,
                        .latest = parts_.clock.monotonic(),
                        .lease_end = leased_from + settings_.lease};
    for (Saga& saga : claimed->sagas) {
      auto actor =
          std::make_shared<SagaActor>(parts_, settings_, stopping_, std::move(saga), tenure);
      ++active_;
      spawn(SagaActor::run(std::move(actor)), active_);
    }
    co_return more&& settings_.concurrency > active_;
  }

  Parts parts_;
  Settings settings_;
  Uuid owner_;
  std::unique_ptr<Alarm> alarm_;
  std::unique_ptr<Alarm> drained_;
  std::int64_t active_ = 0;
  std::int64_t active_loops_ = 0;
  bool stopping_ = false;
};

Runner::Runner(Parts parts, Settings settings)
    : impl_(std::make_shared<Impl>(std::move(parts), std::move(settings))) {}
Runner::~Runner() = default;

void Runner::start() { impl_->start(); }
void Runner::wake() { impl_->wake(); }
Task<void> Runner::stop(Duration timeout) { return impl_->stop(timeout); }
std::int64_t Runner::active() const { return impl_->active(); }

}  // namespace remit::engine
