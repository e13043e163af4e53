#include "simulation/chaos.hpp"

#include <array>
#include <utility>

namespace remit::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

Chaos::Chaos(World& world, Instances& instances)
    : world_(world), instances_(instances), random_(world.random.fork()) {}

void Chaos::start() {
  const Troubles& troubles = world_.profile.troubles;
  repeat(troubles.database, &Chaos::change_database);
  repeat(troubles.database / 3, &Chaos::stop_database);
  repeat(troubles.providers, &Chaos::change_provider);
  repeat(troubles.providers, &Chaos::change_provider);
  repeat(troubles.providers / 3, &Chaos::change_rates);
  repeat(troubles.network, &Chaos::change_network);
  repeat(troubles.crashes, &Chaos::crash_one);
  repeat(troubles.crashes / 3, &Chaos::stop_one);
  repeat(troubles.pauses, &Chaos::pause_one);
  repeat(troubles.clocks, &Chaos::jump_one);
  for (const auto& provider : world_.providers.all()) {
    provider->weather.settlement_fails = troubles.settlements * 40;
    provider->weather.refuses_repeats = world_.profile.repeats_refused;
    provider->weather.refuses_connections = is_away(*provider);
    provider->on_moment = [this](const Request& request) { aim_at(request); };
  }
}

void Chaos::repeat(std::int64_t level, void (Chaos::*what)()) {
  if (level <= 0) return;
  const Duration longest = seconds(60) / level;
  later(random_.between(Duration{0}, longest), [this, level, what] {
    (this->*what)();
    repeat(level, what);
  });
}

void Chaos::later(Duration delay, std::function<void()> what) {
  world_.schedule.after(delay, [this, what = std::move(what)] {
    if (world_.is_troubled) what();
  });
}

void Chaos::heal() {
  world_.is_troubled = false;
  world_.log.note(EventKind::healed, kWorld);
  world_.database.weather = DatabaseWeather{};
  world_.database.start();
  world_.rates.failing = 0;
  world_.rates.stale = 0;
  for (const auto& provider : world_.providers.all()) {
    provider->weather = ProviderWeather{};
    provider->cut_off.clear();
    if (is_away(*provider)) {
      provider->weather.refuses_connections = true;
      SimProvider* const away = provider.get();
      const Duration left = away_until(*provider) - world_.schedule.now();
      world_.schedule.after(left, [away] { away->weather.refuses_connections = false; });
    }
    if (auto* const ramp = dynamic_cast<SimRamp*>(provider.get())) ramp->heal(seconds(20));
  }
  for (const auto& instance : instances_) {
    instance->set_clock(Duration{0});
    instance->resume();
    if (instance->is_stopping()) instance->kill();
    instance->start();
  }
}

Duration Chaos::away_until(const SimProvider& provider) const {
  const std::string& name = provider.config().name;
  if (name == kCheaper) return world_.profile.cheaper_away_until;
  return name == kDearer ? world_.profile.dearer_away_until : Duration{0};
}

bool Chaos::is_away(const SimProvider& provider) const {
  return world_.schedule.now() < away_until(provider);
}

void Chaos::change_database() {
  DatabaseWeather weather;
  const std::int64_t worst = world_.profile.troubles.database * 15;
  if (random_.chance(600)) {
    world_.log.fault(Fault::database_weather);
    if (random_.chance(300)) weather.longest = milliseconds(random_.between(5, 800));
    if (random_.chance(300)) weather.stalled = random_.between(0, worst);
    if (random_.chance(300)) weather.lost_before_commit = random_.between(0, worst);
    if (random_.chance(400)) weather.lost_undone = random_.between(0, worst);
    if (random_.chance(400)) weather.lost_done = random_.between(0, worst);
  }
  world_.log.note(EventKind::weather_changed, kWorld, 0, "database");
  world_.database.weather = weather;
}

void Chaos::stop_database() {
  world_.log.fault(Fault::database_stop);
  world_.log.note(EventKind::database_stopped, kWorld);
  world_.database.stop();
  later(random_.between(milliseconds(50), seconds(6)), [this] {
    world_.log.note(EventKind::database_started, kWorld);
    world_.database.start();
  });
}

void Chaos::change_provider() {
  const auto& all = world_.providers.all();
  SimProvider& provider = *random_.pick(all);
  const std::int64_t worst = world_.profile.troubles.providers * 40;
  ProviderWeather weather;
  // What the network does to it stays.
  weather.request_lost = provider.weather.request_lost;
  weather.answer_lost = provider.weather.answer_lost;
  weather.late = provider.weather.late;
  weather.duplicated = provider.weather.duplicated;
  weather.broken = provider.weather.broken;
  weather.settlement_fails = world_.profile.troubles.settlements * 40;
  weather.refuses_repeats = world_.profile.repeats_refused;
  const auto some = [this, worst](std::int64_t permille) {
    return random_.chance(permille) ? random_.between(0, worst) : 0;
  };
  if (random_.chance(750)) {
    weather.refuses_connections = random_.chance(60);
    weather.hangs = random_.chance(60);
    weather.failing = random_.chance(60);
    weather.lies_about_health = random_.chance(100);
    weather.unreadable_health = random_.chance(100);
    weather.fails = some(250);
    weather.works_then_fails = some(200);
    weather.works_then_refuses = some(200);
    weather.gateway = some(200);
    weather.gateway_4xx = some(200);
    weather.no_route = random_.chance(40);
    weather.garbage = some(200);
    weather.busy = some(200);
    weather.refuses = some(200);
    weather.refuses_for_now = some(200);
    weather.hides = some(300);
    weather.redated = some(200);
    weather.misrecorded = some(100) / 4;
    weather.settlement_fails += some(250);
    weather.settlement_slow = some(100);
  }
  weather.refuses_connections = weather.refuses_connections || is_away(provider);
  world_.log.note(EventKind::weather_changed, provider.who(), 0, "of its own");
  provider.weather = weather;
}

void Chaos::change_network() {
  const auto& all = world_.providers.all();
  SimProvider& provider = *random_.pick(all);
  const std::int64_t worst = world_.profile.troubles.network * 40;
  const auto some = [this, worst] { return random_.chance(500) ? random_.between(0, worst) : 0; };
  ProviderWeather& weather = provider.weather;
  const bool calm = random_.chance(250);
  weather.request_lost = calm ? 0 : some();
  weather.answer_lost = calm ? 0 : some();
  weather.late = calm ? 0 : some();
  weather.duplicated = calm ? 0 : some();
  weather.broken = calm ? 0 : some();
  provider.cut_off.clear();
  if (!calm && random_.chance(200)) {
    const auto last = static_cast<std::int64_t>(instances_.size()) - 1;
    provider.cut_off.insert(static_cast<Who>(kFirstInstance + random_.between(0, last)));
  }
  world_.log.note(EventKind::weather_changed, provider.who(), 0, "on the way to it");
}

void Chaos::change_rates() {
  world_.rates.failing = random_.chance(300) ? random_.between(0, 800) : 0;
  world_.rates.stale = random_.chance(300) ? random_.between(0, 800) : 0;
}

void Chaos::crash(Instance& instance) {
  instance.kill();
  later(random_.between(milliseconds(10), random_.chance(700) ? seconds(3) : seconds(40)),
        [&instance] { instance.start(); });
}

void Chaos::crash_one() {
  Instance& instance = *random_.pick(instances_);
  if (!instance.is_up()) return;
  world_.log.fault(Fault::crash);
  crash(instance);
}

Duration Chaos::draw_pause() {
  // Often around the end of a lease, where it hurts.
  const Duration lease = world_.profile.lease;
  return random_.chance(500) ? random_.between(Duration{0}, lease)
                             : random_.between(lease * 9 / 10, lease * 3);
}

void Chaos::pause(Instance& instance) {
  world_.log.fault(Fault::pause);
  instance.pause();
  later(draw_pause(), [&instance] { instance.resume(); });
}

void Chaos::pause_one() {
  Instance& instance = *random_.pick(instances_);
  if (instance.is_up() && !instance.is_paused()) pause(instance);
}

void Chaos::stop_one() {
  Instance& instance = *random_.pick(instances_);
  if (!instance.is_up() || instance.is_stopping()) return;
  world_.log.fault(Fault::graceful_stop);
  instance.stop();
  later(random_.between(seconds(1), seconds(20)), [&instance] {
    instance.kill();
    instance.start();
  });
}

void Chaos::jump_one() {
  Instance& instance = *random_.pick(instances_);
  constexpr std::array<Duration, 5> kFar{seconds(3), seconds(70), minutes(15), minutes(60),
                                         minutes(300)};
  Duration offset = random_.between(Duration{0}, random_.pick(kFar));
  if (random_.chance(400)) offset = Duration{0};
  world_.log.fault(Fault::clock_jump);
  instance.set_clock(random_.chance(500) ? offset : -offset);
}

void Chaos::aim_at(const Request& request) {
  if (!world_.is_troubled || request.sender < kFirstInstance) return;
  const auto index = static_cast<std::size_t>(request.sender - kFirstInstance);
  if (index >= instances_.size()) return;
  Instance& sender = *instances_[index];
  const Troubles& troubles = world_.profile.troubles;
  if (random_.chance(troubles.crashes * 6)) {
    world_.log.fault(Fault::crash_after_effect);
    later(random_.between(Duration{0}, milliseconds(8)), [this, &sender] {
      if (sender.is_up()) crash(sender);
    });
  } else if (random_.chance(troubles.pauses * (request.type == Request::Type::submit ? 6 : 20))) {
    later(random_.between(Duration{0}, milliseconds(8)), [this, &sender] {
      if (sender.is_up() && !sender.is_paused()) pause(sender);
    });
  }
}

}  // namespace remit::simulation
