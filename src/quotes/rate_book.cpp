#include "remit/quotes/rate_book.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "remit/quotes/quote.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::quotes {
namespace {

using Pair = std::pair<Currency, Currency>;

// Clocks of machines differ a little; a rate dated further ahead than this is not believed.
constexpr Duration kClockSkew = std::chrono::seconds(10);
// What a source may take beyond its timeout before it is no longer waited for.
constexpr Duration kGrace = std::chrono::milliseconds(250);
constexpr std::size_t kFewestForMedian = 3;
/// One part of so many off the median is too far.
constexpr std::int64_t kOutlierShare = 20;

Problem no_rate(Currency from, Currency to) {
  Problem problem(kRatesUnavailable, "no source has a current rate from " +
                                         std::string(to_string(from)) + " to " +
                                         std::string(to_string(to)));
  problem.retry_after = std::chrono::seconds(1);
  return problem;
}

/// Empty: too few to tell who is wrong.
std::optional<Rate> median_of(const std::vector<BestRate>& current) {
  if (current.size() < kFewestForMedian) return std::nullopt;
  std::vector<Rate> rates;
  for (const BestRate& one : current) rates.push_back(one.rate);
  const auto middle = rates.begin() + (std::ssize(rates) - 1) / 2;
  std::ranges::nth_element(rates, middle);
  return *middle;
}

bool is_outlier(Rate rate, Rate median) {
  const std::int64_t off = std::abs(rate.scaled() - median.scaled());
  // Rounded up: less than 5 % is none.
  const std::int64_t limit =
      median.scaled() / kOutlierShare + (median.scaled() % kOutlierShare != 0 ? 1 : 0);
  return off >= limit;
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

JudgedRates judge(const std::vector<NamedReading>& readings, Timestamp now, Duration max_age) {
  std::vector<BestRate> current;
  for (const NamedReading& one : readings) {
    if (!one.reading) continue;
    const Duration age = now - one.reading->as_of;
    if (age > max_age || age < -kClockSkew) continue;
    current.push_back({one.reading->rate, one.source});
  }
  JudgedRates judged;
  const std::optional<Rate> median = median_of(current);
  for (BestRate& one : current) {
    if (median && is_outlier(one.rate, *median)) {
      judged.outliers.push_back(std::move(one.source));
    } else if (!judged.best || one.rate > judged.best->rate) {
      judged.best = std::move(one);
    }
  }
  return judged;
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
    if (const BestRate* const kept = self->fresh(pair)) co_return *kept;
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
    const bool is_needed = from != to && fresh({from, to}) == nullptr;
    if (is_needed && !closed_ && !sources_.empty()) flight_of({from, to});
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

  /// Null: there is none that is still kept.
  const BestRate* fresh(Pair pair) const {
    const auto kept = kept_.find(pair);
    const bool is_fresh = kept != kept_.end() && clock_.monotonic() < kept->second.until;
    return is_fresh ? &kept->second.best : nullptr;
  }

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
    if (!self->closed_) {
      log_change(failing_, flight->pair, answer.source, !answer.reading, "rate source failed",
                 answer.reading ? std::string() : answer.reading.error().detail);
    }
    flight->readings.push_back(std::move(answer));
    if (--flight->missing == 0) self->land(*flight);
  }

  /// Once when it begins and once when it ends, not for everybody who asks.
  static void log_change(std::set<std::pair<Pair, std::string>>& known, Pair pair,
                         const std::string& source, bool is_bad, std::string_view event,
                         const std::string& detail) {
    const bool is_news =
        is_bad ? known.emplace(pair, source).second : known.erase({pair, source}) == 1;
    if (!is_news) return;
    telemetry::log(is_bad ? telemetry::Level::warn : telemetry::Level::info,
                   is_bad ? event : "rate source recovered",
                   {{"source", source},
                    {"from", to_string(pair.first)},
                    {"to", to_string(pair.second)},
                    {"detail", detail}});
  }

  /// Decides on what has been read so far; once.
  void land(Flight& flight) {
    if (flight.landed) return;
    flight.landed = true;
    const JudgedRates judged = judge(flight.readings, clock_.now(), settings_.max_age);
    for (const NamedReading& one : flight.readings) {
      if (!one.reading) continue;
      const bool is_out = std::ranges::find(judged.outliers, one.source) != judged.outliers.end();
      log_change(outliers_, flight.pair, one.source, is_out,
                 "rate source is left out: far off the median", one.reading->rate.to_string());
    }
    if (judged.best) {
      flight.result = *judged.best;
      kept_[flight.pair] = {*judged.best, clock_.monotonic() + settings_.keep_for};
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
  std::set<std::pair<Pair, std::string>> failing_;
  std::set<std::pair<Pair, std::string>> outliers_;
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
