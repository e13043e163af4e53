#include "remit/quotes/quote.hpp"

#include <array>

namespace remit::quotes {
namespace {

constexpr std::string_view kPrefix = "quote_";

}  // namespace

std::string_view to_string(QuoteStatus status) {
  static constexpr std::array<std::string_view, 3> kNames{"OPEN", "CONSUMED", "EXPIRED"};
  static_assert(kNames.size() == static_cast<std::size_t>(QuoteStatus::expired) + 1);
  return kNames.at(static_cast<std::size_t>(status));
}

QuoteStatus Quote::status(Timestamp now) const {
  if (payment_id) return QuoteStatus::consumed;
  return expires_at > now ? QuoteStatus::open : QuoteStatus::expired;
}

Result<Quote> try_consume(const Quote& quote, Uuid payment_id, Timestamp now) {
  switch (quote.status(now)) {
    case QuoteStatus::consumed:
      return fail(kQuoteAlreadyUsed,
                  quote.quote_id + " was used by payment " + quote.payment_id->to_string());
    case QuoteStatus::expired:
      return fail(kQuoteExpired, quote.quote_id + " expired at " + to_rfc3339(quote.expires_at));
    case QuoteStatus::open:
      break;
  }
  Quote used = quote;
  used.payment_id = payment_id;
  return used;
}

std::string make_quote_id(Uuid id) { return std::string(kPrefix) + id.to_string(); }

std::optional<Uuid> parse_quote_id(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  return Uuid::parse(text.substr(kPrefix.size()));
}

}  // namespace remit::quotes
