#include "simulation/instance.hpp"

#include <algorithm>
#include <utility>

#include "remit/app/services.hpp"
#include "simulation/simulated_database.hpp"

namespace remit::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kDrainTimeout = seconds(10);

template <class T>
ClientAnswer problem_answer(const Result<T>& result) {
  return {.status = result.error().code.status, .code = result.error().code.name};
}

ClientAnswer stored_answer(Result<idempotency::Answer> answer) {
  if (!answer) return problem_answer(answer);
  ClientAnswer told{.status = answer->status};
  told.body = std::move(answer->body);
  told.resource_id = std::move(answer->resource_id);
  told.replayed = answer->replayed;
  told.stored = true;
  return told;
}

/// What a process reads in its configuration when it starts.
std::vector<config::ProviderConfig> configured(const Profile& profile, Random& random) {
  std::vector<config::ProviderConfig> providers = profile.providers;
  if (!profile.timeouts_change || random.chance(500)) return providers;
  for (config::ProviderConfig& provider : providers) {
    provider.timeout = std::max<Duration>(provider.timeout / 10, std::chrono::milliseconds(200));
  }
  return providers;
}

/// What an instance's other clients make of its load: a level that is drawn again now and then.
class DrawnLoad final : public load::Meter {
 public:
  DrawnLoad(const World& world, std::uint64_t seed) : world_(world), seed_(seed) {}
  [[nodiscard]] load::Load level() const override {
    const Profile& profile = world_.profile;
    const std::int64_t turn = world_.schedule.now() / profile.load_lasts;
    return Random(seed_ + static_cast<std::uint64_t>(turn)).pick(profile.loads);
  }

 private:
  const World& world_;
  const std::uint64_t seed_;
};

/// The providers of the world, over the links of one process.
class Links final : public providers::Directory {
 public:
  Links(Machine& machine, World& world, Who self)
      : rate_a_(machine, world.rates, "rates-a"), rate_b_(machine, world.rates, "rates-b") {
    for (const auto& provider : world.providers.all()) {
      links_.emplace(std::pair(provider->config().kind, provider->config().name),
                     std::make_unique<Link>(machine, *provider, world.providers, self));
    }
  }

  [[nodiscard]] Link* leg(ProviderKind kind, std::string_view name) const override {
    const auto found = links_.find(std::pair(kind, std::string(name)));
    return found == links_.end() ? nullptr : found->second.get();
  }
  Task<HealthAnswer> health(ProviderKind kind, std::string name) override {
    return leg(kind, name)->health();
  }
  Task<Result<FeeSchedule>> fees(ProviderKind kind, std::string name) override {
    return leg(kind, name)->fees();
  }
  [[nodiscard]] std::vector<providers::RateSource*> rate_sources() const override {
    return {&rate_a_, &rate_b_};
  }

 private:
  std::map<std::pair<ProviderKind, std::string>, std::unique_ptr<Link>> links_;
  mutable RateLink rate_a_;
  mutable RateLink rate_b_;
};

app::ServiceSettings settings_of(const Profile& profile, Random& random) {
  return {.providers = configured(profile, random),
          .charge_concurrency = profile.concurrency,
          .conversion_concurrency = profile.concurrency,
          .engine = {.policy = profile.policy,
                     .lease = profile.lease,
                     .idle_interval = seconds(1),
                     .resting_limit = profile.resting_limit},
          .quotes = profile.quotes,
          .rates = {},
          // Longer than in life, since simulated hours pass while nothing happens.
          .sequencer = {.lease = seconds(20),
                        .busy_pause = milliseconds(200),
                        .idle_pause = seconds(5),
                        .standby_pause = seconds(5),
                        .batch = 10},
          .settler = {.most = profile.settle_most, .look = seconds(5)}};
}

ClientAnswer payment_answer(Result<payments::Payment> payment) {
  if (!payment) return problem_answer(payment);
  ClientAnswer told{.status = 200};
  told.payment = std::move(*payment);
  return told;
}

}  // namespace

World::World(std::uint64_t seed, Duration trouble, ShapeProfile* shape)
    : random(seed),
      profile(draw_profile(random.fork(), trouble, shape)),
      epoch(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)),
      database(schedule, random.fork(), epoch),
      providers(schedule, log, random.fork(), profile.providers),
      rates(schedule, random.fork(), epoch) {}

/// One life of it. Each member uses only what stands above it.
class Instance::Process {
 public:
  Process(World& world, Who self, Random random)
      : machine_(world.schedule, world.epoch),
        ids_(random.next()),
        load_(world, Random(random).next()),
        database_(machine_, world.database),
        links_(machine_, world, self),
        services_({{machine_.executor(), machine_.alarms(), machine_.clock()},
                   ids_,
                   database_,
                   links_,
                   load_},
                  settings_of(world.profile, random)),
        quotes_(services_.quotes()),
        payments_(services_.payments()),
        wallets_(services_.wallets()) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { machine_.kill(); }

  Machine& machine() { return machine_; }
  [[nodiscard]] bool is_stopping() const { return stopping_; }

  void start() { machine_.spawn(start_services()); }

  /// `ended` is called within the process.
  void stop(std::function<void()> ended) {
    stopping_ = true;
    machine_.spawn(stop_services(std::move(ended)));
  }

  Task<void> serve(SharedClientRequest request, Answered answered) {
    ClientAnswer told;
    switch (request->type) {
      case ClientRequest::Type::charge:
        told = co_await charge(request);
        break;
      case ClientRequest::Type::convert:
        told = co_await convert(request);
        break;
      case ClientRequest::Type::quote:
        told = co_await quote(request);
        break;
      case ClientRequest::Type::summary:
        told = co_await summary(request);
        break;
      case ClientRequest::Type::cancel:
      case ClientRequest::Type::retry:
      case ClientRequest::Type::get:
        told = co_await steer(request);
        break;
      case ClientRequest::Type::move:
        told = co_await move(request);
        break;
      case ClientRequest::Type::cancel_transaction:
      case ClientRequest::Type::freeze_wallet:
      case ClientRequest::Type::delete_wallet:
        told = co_await steer_wallet(request);
        break;
    }
    answered(std::move(told));
  }

 private:
  Task<void> start_services() {
    services_.start();
    co_return;
  }

  Task<void> stop_services(std::function<void()> ended) {
    services_.stop();
    co_await services_.ended(kDrainTimeout);
    ended();
  }

  Task<ClientAnswer> charge(SharedClientRequest request) {
    payments::ChargeRequest wanted{.tenant = request->tenant,
                                   .correlation_id = request->payment_id,
                                   .amount = request->amount,
                                   .strict = request->strict,
                                   .now = payments_.now(),
                                   .origin = {}};
    Result<idempotency::Answer> answer = co_await payments_.charge(std::move(wanted));
    co_return stored_answer(std::move(answer));
  }

  Task<ClientAnswer> convert(SharedClientRequest request) {
    const Timestamp now = payments_.now();
    payments::ConversionRequest wanted({.tenant = request->tenant,
                                        .key = request->key,
                                        .fingerprint = request->fingerprint,
                                        .strict = request->strict,
                                        .now = now});
    wanted.amount = request->amount;
    wanted.source_account = request->source_account;
    wanted.destination_account = request->destination_account;
    wanted.quote_id = request->quote_id;
    wanted.destination_currency = request->destination_currency;
    if (request->delay > Duration::zero()) wanted.execute_at = now + request->delay;
    wanted.problem_request_id = ids_.next().to_string();
    Result<idempotency::Answer> answer = co_await payments_.convert(std::move(wanted));
    co_return stored_answer(std::move(answer));
  }

  Task<ClientAnswer> quote(SharedClientRequest request) {
    quotes::QuoteRequest wanted{request->amount,
                                request->destination_currency.value_or(Currency::USD)};
    Result<quotes::Quote> made = co_await quotes_.create(request->tenant, std::move(wanted));
    if (!made) co_return problem_answer(made);
    ClientAnswer told{.status = 200};
    told.quote = std::move(*made);
    co_return told;
  }

  Task<ClientAnswer> summary(SharedClientRequest request) {
    payments::SummaryRequest wanted{
        .tenant = request->tenant, .from = request->from, .to = request->to};
    Result<payments::Summary> sums = co_await payments_.summarise(std::move(wanted));
    if (!sums) co_return problem_answer(sums);
    ClientAnswer told{.status = 200};
    told.summary = std::move(*sums);
    co_return told;
  }

  Task<ClientAnswer> steer(SharedClientRequest request) {
    Result<payments::Payment> payment = fail(kUnavailable, "");
    if (request->type == ClientRequest::Type::cancel) {
      payment = co_await payments_.cancel(request->tenant, request->payment_id);
    } else if (request->type == ClientRequest::Type::retry) {
      payment = co_await payments_.retry(request->tenant, request->payment_id);
    } else {
      payment = co_await payments_.get(request->tenant, request->payment_id);
    }
    co_return payment_answer(std::move(payment));
  }

  Task<ClientAnswer> move(SharedClientRequest request) {
    const Tenant& tenant = request->tenant;
    wallets::MovementRequest wanted({.tenant = Tenant(tenant.id(), tenant.home(), 1),
                                     .key = request->key,
                                     .fingerprint = request->fingerprint,
                                     .strict = false,
                                     .now = wallets_.now()});
    wanted.movement = *request->movement;
    Result<idempotency::Answer> answer = co_await wallets_.carry_out(std::move(wanted));
    co_return stored_answer(std::move(answer));
  }

  Task<ClientAnswer> steer_wallet(SharedClientRequest request) {
    Result<void> done;
    if (request->type == ClientRequest::Type::cancel_transaction) {
      done = co_await wallets_.cancel(request->tenant, request->payment_id);
    } else if (request->type == ClientRequest::Type::delete_wallet) {
      done = co_await wallets_.remove(request->tenant, request->user);
    } else {
      const auto frozen = co_await wallets_.freeze(request->tenant, request->user, request->reason);
      if (!frozen) done = fail(frozen.error());
    }
    if (!done) co_return problem_answer(done);
    co_return ClientAnswer{.status = 204};
  }

  Machine machine_;
  SeededUuidSource ids_;
  DrawnLoad load_;
  SimulatedDatabase database_;
  Links links_;
  app::Services services_;
  quotes::QuoteService& quotes_;
  payments::PaymentService& payments_;
  wallets::WalletService& wallets_;
  bool stopping_ = false;
};

Instance::Instance(World& world, Who self)
    : world_(world), self_(self), random_(world.random.fork()) {
  world.log.name(self, "instance " + std::to_string(self));
}

Instance::~Instance() = default;

bool Instance::is_paused() const { return process_ && process_->machine().is_paused(); }
bool Instance::is_stopping() const { return process_ && process_->is_stopping(); }

void Instance::start() {
  if (process_) return;
  world_.log.note(EventKind::instance_started, self_);
  process_ = std::make_shared<Process>(world_, self_, random_.fork());
  process_->machine().jump(offset_);
  process_->start();
}

void Instance::kill() {
  if (!process_) return;
  world_.log.note(EventKind::instance_killed, self_);
  process_.reset();
}

void Instance::stop() {
  if (!process_ || process_->is_stopping()) return;
  world_.log.note(EventKind::instance_stopping, self_);
  const std::weak_ptr<Process> stopped = process_;
  process_->stop([this, stopped] {
    world_.schedule.after(Duration{0}, [this, stopped] {
      if (stopped.lock() == process_) kill();
    });
  });
}

void Instance::pause() {
  if (!process_ || process_->machine().is_paused()) return;
  world_.log.note(EventKind::instance_paused, self_);
  process_->machine().pause();
}

void Instance::resume() {
  if (!process_ || !process_->machine().is_paused()) return;
  world_.log.note(EventKind::instance_resumed, self_);
  process_->machine().resume();
}

void Instance::set_clock(Duration offset) {
  world_.log.note(EventKind::clock_jumped, self_, 0, offset.count() / 1'000'000);
  if (process_) process_->machine().jump(offset - offset_);
  offset_ = offset;
}

bool Instance::serve(SharedClientRequest request, Answered answered) {
  if (!process_ || process_->is_stopping()) return false;
  process_->machine().spawn(process_->serve(std::move(request), std::move(answered)));
  return true;
}

void Instance::run_ready() {
  if (process_) process_->machine().run_ready();
}

}  // namespace remit::simulation
