// A quote: what a payment of an amount will pay out, promised for a short time, used at most once.
//
// Plain values; any thread. Always: amount == fees.total + source_cost + rounding, none of them
// below zero.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "remit/base/money.hpp"
#include "remit/base/problem.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::quotes {

inline constexpr ProblemCode kRatesUnavailable{"RATES_UNAVAILABLE", 503,
                                               "No exchange rate can be had now"};
inline constexpr ProblemCode kNoProviderAvailable{"NO_PROVIDER_AVAILABLE", 503,
                                                  "No provider can take this payment now"};
inline constexpr ProblemCode kAmountTooSmall{"AMOUNT_TOO_SMALL", 422,
                                             "The amount does not cover its fees"};
inline constexpr ProblemCode kQuoteNotFound{"QUOTE_NOT_FOUND", 404, "There is no such quote"};
inline constexpr ProblemCode kQuoteExpired{"QUOTE_EXPIRED", 400, "The quote has expired"};
inline constexpr ProblemCode kQuoteAlreadyUsed{"QUOTE_ALREADY_USED", 409,
                                               "The quote has been used already"};

/// All in the source currency.
struct QuoteFees {
  Money platform;
  Money onramp;
  Money offramp;
  Money total;

  friend bool operator==(const QuoteFees&, const QuoteFees&) = default;
};

enum class QuoteStatus : std::uint8_t { open, consumed, expired };

/// "OPEN", "CONSUMED", "EXPIRED"
[[nodiscard]] std::string_view to_string(QuoteStatus status);

struct Quote {
  std::string quote_id;  ///< "quote_" and a UUID
  Money amount;
  Currency payout_currency = Currency::USD;
  Rate rate;
  QuoteFees fees;
  Money guaranteed_payout;
  Money source_cost;        ///< the part of the amount that buys the payout
  Money rounding;           ///< what is left over: amount − fees − source_cost
  Money stablecoin_amount;  ///< USDC that `source_cost` buys, between onramp and offramp
  std::string onramp;
  std::string offramp;
  std::string rate_source;
  Timestamp created_at;
  Timestamp expires_at;
  std::optional<Uuid> payment_id;  ///< set: consumed by it

  [[nodiscard]] QuoteStatus status(Timestamp now) const;
  friend bool operator==(const Quote&, const Quote&) = default;
};

/// The quote as used by the payment: kQuoteAlreadyUsed, kQuoteExpired.
[[nodiscard]] Result<Quote> try_consume(const Quote& quote, Uuid payment_id, Timestamp now);

[[nodiscard]] std::string make_quote_id(Uuid id);
/// Exactly "quote_" and a UUID; nothing else can be one of ours.
[[nodiscard]] std::optional<Uuid> parse_quote_id(std::string_view text);

}  // namespace remit::quotes
