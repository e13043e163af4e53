// Makes quotes: the providers chosen, their fees, the best rate, the payout that follows.
//
// Owned by app::Services; loop thread. Fails with kAmountTooSmall, kRatesUnavailable,
// kNoProviderAvailable, kQuoteNotFound, or as storage does.
#pragma once

#include <string>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/config/config.hpp"
#include "remit/quotes/quote.hpp"
#include "remit/quotes/rate_book.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::storage {
class Database;
}

namespace remit::quotes {

struct QuoteRequest {
  Money amount;
  Currency to = Currency::USD;
};

/// A dry run of routing with its reasons: POST /fees/calculate.
struct FeeEstimate {
  QuoteFees fees;
  routing::Choice onramp;
  routing::Choice offramp;
  std::string reasoning;
  Duration settlement_time{0};
  std::int64_t confidence_millionths = 0;
  std::vector<std::string> risk_factors;
};

class QuoteService {
 public:
  struct Parts {
    routing::ProviderBook& book;
    RateBook& rates;
    storage::Database& database;
    UuidSource& ids;
    const Clock& clock;
  };
  struct Settings {
    config::QuotesConfig quotes;
    Duration poll_interval = std::chrono::seconds(30);
  };

  QuoteService(Parts parts, Settings settings) : parts_(parts), settings_(std::move(settings)) {}

  /// Computes and stores nothing.
  Task<Result<Quote>> make(Tenant tenant, QuoteRequest request);
  Task<Result<Quote>> create(Tenant tenant, QuoteRequest request);
  Task<Result<Quote>> get(Tenant tenant, std::string quote_id);
  [[nodiscard]] Result<FeeEstimate> estimate(QuoteRequest request) const;

  [[nodiscard]] Timestamp now() const { return parts_.clock.now(); }

 private:
  struct Route {
    routing::Choice onramp;
    routing::Choice offramp;
    QuoteFees fees;
  };
  [[nodiscard]] Result<Route> route(Money amount) const;

  Parts parts_;
  Settings settings_;
};

}  // namespace remit::quotes
