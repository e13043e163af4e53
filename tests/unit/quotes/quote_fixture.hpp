// A QuoteService over a fake database and fake rates, with two onramps and one offramp.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fake_rate_source.hpp"
#include "remit/quotes/quote_operations.hpp"
#include "remit/quotes/quote_service.hpp"
#include "support/fake_database.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

namespace remit::quotes::test {

/// The quote table in memory.
class FakeQuotes {
 public:
  explicit FakeQuotes(remit::test::FakeDatabase& database) {
    database.on<InsertQuote>([this](const InsertQuote::Input& input) { return insert(input); });
    database.on<FindQuote>([this](const FindQuote::Input& key) { return find(key); });
  }
  Result<void> insert(const InsertQuote::Input& input) {
    if (is_down) return fail(kUnavailable, "no database");
    quotes.insert_or_assign({input.tenant, *parse_quote_id(input.quote.quote_id)}, input.quote);
    return {};
  }
  Result<std::optional<Quote>> find(const FindQuote::Input& key) const {
    if (is_down) return fail(kUnavailable, "no database");
    const auto found = quotes.find({key.tenant, key.quote_id});
    if (found == quotes.end()) return std::nullopt;
    return found->second;
  }

  std::map<std::pair<TenantId, Uuid>, Quote> quotes;
  bool is_down = false;
};

inline config::ProviderConfig ramp(ProviderKind kind, std::string name, FeeSchedule fee) {
  config::ProviderConfig made;
  made.kind = kind;
  made.name = std::move(name);
  made.fee = fee;
  made.breaker.min_calls = 2;
  return made;
}

class QuoteFixture : public testing::Test {
 protected:
  QuoteFixture() {
    rates_.set(Currency::USD, Currency::EUR, "0.9205");
    rates_.set(Currency::USD, Currency::JPY, "149.62");
    rates_.set(Currency::USD, Currency::USDC, "1");
    rates_.set(Currency::JPY, Currency::USD, "0.00668360");
    rates_.set(Currency::JPY, Currency::USDC, "0.0066836");
  }
  template <class T>
  T run(Task<T> task) {
    return remit::test::run(context_, std::move(task));
  }

  using Kind = ProviderKind;
  boost::asio::io_context context_;
  remit::test::ManualClock clock_{*parse_timestamp("2026-11-20T17:05:01.123Z")};
  test::FakeRateSource rates_{context_.get_executor(), "ecb", clock_};
  AsioAlarmFactory alarms_{context_.get_executor()};
  RateBook rate_book_{context_.get_executor(), {&rates_}, {}, clock_, alarms_};
  routing::ProviderBook book_{{ramp(Kind::onramp, "dear", {200'000'000, 50'000'000}),
                               ramp(Kind::onramp, "swift", {100'000'000, 50'000'000}),
                               ramp(Kind::offramp, "bank", {150'000'000, 75'000'000})},
                              10,
                              10,
                              clock_};
  remit::test::FakeDatabase database_{context_.get_executor()};
  FakeQuotes store_{database_};
  SeededUuidSource ids_{1};
  QuoteService service_{
      {.book = book_, .rates = rate_book_, .database = database_, .ids = ids_, .clock = clock_},
      {}};
};

}  // namespace remit::quotes::test
