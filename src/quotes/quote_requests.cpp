#include "quote_requests.hpp"

#include "remit/net/json.hpp"

namespace remit::quotes {
namespace {

constexpr std::size_t kMaxCurrencyText = 16;
constexpr std::size_t kMaxHintText = 100;

Currency read_currency(net::FieldReader& reader, std::string_view name) {
  const auto text = reader.text(name, 1, kMaxCurrencyText);
  if (!text) return Currency::USD;
  const auto currency = parse_fiat_currency(*text);
  if (!currency) reader.add_error(name, "is not a supported currency");
  return currency.value_or(Currency::USD);
}

}  // namespace

Result<QuoteRequest> read_quote_request(const net::Request& request,
                                        std::initializer_list<std::string_view> hints) {
  const auto body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader reader(*body);
  const Currency from = read_currency(reader, "from_currency");
  const Currency to = read_currency(reader, "to_currency");
  const auto amount = reader.integer("amount", 1, kMaxAmount);
  for (const std::string_view hint : hints) {
    reader.text(hint, 1, kMaxHintText, net::FieldReader::Presence::optional);
  }
  if (!reader.ok()) return fail(reader.problem());
  return QuoteRequest{Money{*amount, from}, to};
}

}  // namespace remit::quotes
