#include "remit/quotes/quote_operations.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "remit/quotes/quote_sql.hpp"

namespace remit::quotes {

Uuid InsertQuote::Input::quote_id() const {
  const auto id = parse_quote_id(quote.quote_id);
  if (!id) throw std::logic_error("a quote id that was not made by make_quote_id");
  return *id;
}

Bucket InsertQuote::bucket_of(const Input& input) {
  return input.tenant.bucket_of(input.quote_id());
}

void InsertQuote::execute(storage::Transaction& transaction, storage::Slots<InsertQuote> slots) {
  std::vector<StoredQuote> quotes;
  quotes.reserve(slots.size());
  for (const auto& slot : slots) quotes.push_back(slot.input);
  insert_quotes(transaction, quotes);
}

void FindQuote::execute(storage::Transaction& transaction, storage::Slots<FindQuote> slots) {
  std::vector<QuoteKey> keys;
  keys.reserve(slots.size());
  for (const auto& slot : slots) keys.push_back(slot.input);
  std::vector<FoundQuote> found = find_quotes(transaction, keys);
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = std::move(found[i]);
}

}  // namespace remit::quotes
