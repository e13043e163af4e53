#include "remit/quotes/rate_book.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <map>
#include <memory>
#include <utility>

#include "remit/quotes/quote.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::quotes {
namespace {

using Pair = std::pair<Currency, Currency>;

// Clocks of machines differ a little; a rate dated further ahead than this is not believed.
constexpr Duration kClockSkew = std::chrono::seconds(10);
// What a source may take beyond its timeout before nobody waits for it any more.
constexpr Duration kGrace = std::chrono::milliseconds(250);

Problem no_rate(Currency from, Currency to) {
  Problem problem(kRatesUnavailable, "no source has a current rate from " +
                                         std::string(to_string(from)) + " to " +
                                         std::string(to_string(to)));
  problem.retry_after = std::chrono::seconds(1);
  return problem;
}

/// One question to every source, shared by all who wait for its answer.
struct Flight {
  explicit Flight(Pair pair_in) : pair(pair_in) {}

  Pair pair;
  std::vector<NamedReading> readings;
  std::size_t missing = 0;
  bool landed = false;
  Result<BestRate> result;
  std::vector<std::shared_ptr<Alarm>> passengers;  ///< one each; rung when landed
};

}  // namespace

std::optional<BestRate> best_of(const std::vector<NamedReading>& readings, Timestamp now,
                                Duration max_age) {
  std::optional<BestRate> best;
  for (const NamedReading& one : readings) {
    if (!one.reading) continue;
    const Duration age = now - one.reading->as_of;
    if (age > max_age || age < -kClockSkew) continue;
    if (!best || one.reading->rate > best->rate) best = BestRate{one.reading->rate, one.source};
  }
  return best;
}

class RateBook::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Executor executor, std::vector<providers::RateSource*> sources, RateBookSettings settings,
       const Clock& clock, AlarmFactory& alarms)
      : executor_(std::move(executor)),
        sources_(std::move(sources)),
        settings_(settings),
        clock_(clock),
        alarms_(alarms) {}

  Task<Result<BestRate>> best(std::shared_ptr<Impl> self, Currency from, Currency to) {
    if (from == to) co_return BestRate{Rate{}, "identity"};
    const Pair pair(from, to);
    const auto kept = self->kept_.find(pair);
    const bool is_fresh = kept != self->kept_.end() && clock_.monotonic() < kept->second.until;
    if (is_fresh) co_return kept->second.best;
    if (closed_ || sources_.empty()) co_return fail(no_rate(from, to));
    const std::shared_ptr<Flight> flight = flight_of(pair);
    if (!flight->landed) {
      const std::shared_ptr<Alarm> landing = alarms_.make_alarm();
      flight->passengers.push_back(landing);
      co_await landing->wait(settings_.timeout + kGrace);
      land(*flight);
    }
    co_return flight->result;
  }

  void prefetch(Currency from, Currency to) {
    const auto kept = kept_.find({from, to});
    const bool is_fresh = kept != kept_.end() && clock_.monotonic() < kept->second.until;
    if (from != to && !is_fresh && !closed_ && !sources_.empty()) flight_of({from, to});
  }

  void close() {
    closed_ = true;
    const auto flights = flights_;
    for (const auto& [pair, flight] : flights) land(*flight);
  }

 private:
  struct Kept {
    BestRate best;
    Duration until;
  };

  std::shared_ptr<Flight> flight_of(Pair pair) {
    std::shared_ptr<Flight>& flight = flights_[pair];
    if (flight) return flight;
    flight = std::make_shared<Flight>(pair);
    flight->missing = sources_.size();
    const std::shared_ptr<Flight> started = flight;
    for (providers::RateSource* const source : sources_) {
      boost::asio::co_spawn(executor_, ask(shared_from_this(), started, source),
                            boost::asio::detached);
    }
    return started;
  }

  Task<void> ask(std::shared_ptr<Impl> self, std::shared_ptr<Flight> flight,
                 providers::RateSource* source) {
    NamedReading answer{source->name(), fail(providers::kProviderUnreachable, "no answer")};
    try {
      auto reading =
          co_await source->read(flight->pair.first, flight->pair.second, self->settings_.timeout);
      answer.reading = std::move(reading);
    } catch (const std::exception& error) {
      answer.reading = fail(providers::kProviderUnreachable, error.what());
    }
    if (!answer.reading && !self->closed_) {
      telemetry::log(telemetry::Level::warn, "rate source failed",
                     {{"source", answer.source}, {"detail", answer.reading.error().detail}});
    }
    flight->readings.push_back(std::move(answer));
    if (--flight->missing == 0) self->land(*flight);
  }

  /// Decides on what has been read so far; once.
  void land(Flight& flight) {
    if (flight.landed) return;
    flight.landed = true;
    const auto best = best_of(flight.readings, clock_.now(), settings_.max_age);
    if (best) {
      flight.result = *best;
      kept_[flight.pair] = {*best, clock_.monotonic() + settings_.keep_for};
    } else {
      flight.result = fail(no_rate(flight.pair.first, flight.pair.second));
    }
    for (const auto& passenger : flight.passengers) passenger->ring();
    flights_.erase(flight.pair);
  }

  Executor executor_;
  std::vector<providers::RateSource*> sources_;
  RateBookSettings settings_;
  const Clock& clock_;
  AlarmFactory& alarms_;
  std::map<Pair, std::shared_ptr<Flight>> flights_;
  std::map<Pair, Kept> kept_;
  bool closed_ = false;
};

RateBook::RateBook(Executor executor, std::vector<providers::RateSource*> sources,
                   RateBookSettings settings, const Clock& clock, AlarmFactory& alarms)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(sources), settings, clock,
                                   alarms)) {}

RateBook::~RateBook() { impl_->close(); }

Task<Result<BestRate>> RateBook::best(Currency from, Currency to) {
  return impl_->best(impl_, from, to);
}

void RateBook::prefetch(Currency from, Currency to) { impl_->prefetch(from, to); }

void RateBook::close() { impl_->close(); }

}  // namespace remit::quotes
