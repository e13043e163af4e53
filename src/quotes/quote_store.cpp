#include "remit/quotes/quote_store.hpp"

#include <utility>
#include <vector>

#include "remit/quotes/quote_sql.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::quotes {
namespace {

struct InsertQuote {
  static constexpr std::string_view kName = "insert_quote";
  using Input = StoredQuote;
  using Output = void;

  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<InsertQuote>> slots) {
    std::vector<StoredQuote> quotes;
    quotes.reserve(slots.size());
    for (const auto& slot : slots) quotes.push_back(slot.input);
    insert_quotes(transaction, quotes);
  }
};

struct FindQuote {
  static constexpr std::string_view kName = "find_quote";
  using Input = QuoteKey;
  using Output = std::optional<Quote>;

  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<FindQuote>> slots) {
    std::vector<QuoteKey> keys;
    keys.reserve(slots.size());
    for (const auto& slot : slots) keys.push_back(slot.input);
    auto found = find_quotes(transaction, keys);
    for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = std::move(found[i]);
  }
};

}  // namespace

Task<Result<void>> PgQuoteStore::insert(TenantId tenant_id, Quote quote) {
  return write_lanes_.run<InsertQuote>({tenant_id, std::move(quote)});
}

Task<Result<std::optional<Quote>>> PgQuoteStore::find(TenantId tenant_id, Uuid quote_id) {
  return read_lanes_.run<FindQuote>({tenant_id, quote_id});
}

}  // namespace remit::quotes
