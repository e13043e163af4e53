// The best rate among the configured sources, asked at the same time.
//
// Left out are sources that fail, answer too late, or whose rate is too old, dated in the future,
// or far off the median of three or more; with none left: kRatesUnavailable. Failures of a source
// are logged when they begin and when they end. Each pair has at most one request in flight, for
// all that wait, and its rate is kept for a second. Loop thread; owned by app::Services,
// which calls `close` before the loop ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/alarm.hpp"
#include "remit/base/money.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/providers/reports.hpp"

namespace remit::quotes {

struct BestRate {
  Rate rate;
  std::string source;  ///< "identity" between equal currencies
};

struct RateBookSettings {
  Duration max_age = std::chrono::seconds(60);
  Duration timeout = std::chrono::seconds(2);
  Duration keep_for = std::chrono::seconds(1);
};

class RateBook {
 public:
  RateBook(Executor executor, std::vector<providers::RateSource*> sources,
           RateBookSettings settings, const Clock& clock, AlarmFactory& alarms);
  RateBook(const RateBook&) = delete;
  RateBook& operator=(const RateBook&) = delete;
  ~RateBook();

  Task<Result<BestRate>> best(Currency from, Currency to);
  /// Begins to ask, so that a later `best` waits less.
  void prefetch(Currency from, Currency to);
  /// All waiters get kRatesUnavailable.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

struct NamedReading {
  std::string source;
  Result<providers::RateReading> reading;
};

struct JudgedRates {
  /// The highest that is neither stale, nor from the future, nor an outlier; empty: there is none.
  std::optional<BestRate> best;
  /// Of three or more current rates those that are 5 % or more off the median. Of an even number
  /// the lower one of the two in the middle counts as the median.
  std::vector<std::string> outliers;
};
[[nodiscard]] JudgedRates judge(const std::vector<NamedReading>& readings, Timestamp now,
                                Duration max_age);

}  // namespace remit::quotes
