#include "simulation/quote_operations.hpp"

#include <algorithm>
#include <utility>

#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

using quotes::Quote;

/// The CHECKs of the table.
bool is_sound(const Quote& quote) {
  const std::int64_t parts = quote.fees.platform.minor + quote.fees.onramp.minor +
                             quote.fees.offramp.minor + quote.source_cost.minor +
                             quote.rounding.minor;
  const bool none_below_zero = quote.fees.platform.minor >= 0 && quote.fees.onramp.minor >= 0 &&
                               quote.fees.offramp.minor >= 0 && quote.rounding.minor >= 0;
  return none_below_zero && quote.amount.minor > 0 && quote.guaranteed_payout.minor > 0 &&
         quote.source_cost.minor > 0 && quote.stablecoin_amount.minor > 0 &&
         quote.amount.minor == parts && quote.expires_at > quote.created_at;
}

}  // namespace

Work insert_quote(Transaction* transaction, TenantId tenant, Quote quote) {
  const auto id = quotes::parse_quote_id(quote.quote_id);
  if (!id || !is_sound(quote)) throw bad_data();
  auto& entry = transaction->storage().quotes[{tenant, *id}];
  while (!transaction->has(entry, Wish::key) && !entry.is_free()) {
    co_await transaction->wait_for(&entry, Wish::key);
  }
  if (entry.seen_by(*transaction) || !entry.is_held_by(*transaction)) throw bad_data();
  entry.set(std::make_shared<const Quote>(std::move(quote)));
}

const Quote* find_quote(const Transaction& transaction, const Tables::Key& key) {
  const auto& quotes = transaction.storage().quotes;
  const auto found = quotes.find(key);
  return found == quotes.end() ? nullptr : found->second.seen_by(transaction).get();
}

Work lock_quotes(Transaction* transaction, const std::set<Tables::Key>* keys,
                 std::map<Tables::Key, Quote>* locked) {
  co_await transaction->statement();
  std::vector<Entry<Quote>*> seen;
  for (const Tables::Key& key : *keys) {
    if (find_quote(*transaction, key) != nullptr) {
      seen.push_back(&transaction->storage().quotes[key]);
    }
  }
  for (Entry<Quote>* entry : seen) {
    while (!transaction->has(*entry, Wish::row) && !entry->is_free()) {
      co_await transaction->wait_for(entry, Wish::row);
    }
  }
  for (const Tables::Key& key : *keys) {
    const Quote* quote = find_quote(*transaction, key);
    const bool is_seen = std::ranges::find(seen, &transaction->storage().quotes[key]) != seen.end();
    if (quote != nullptr && is_seen) locked->emplace(key, *quote);
  }
}

Result<Quote> consume_quote(Transaction& transaction, std::map<Tables::Key, Quote>& locked,
                            const Tables::Key& key, Uuid payment_id, Timestamp now) {
  const auto quote = locked.find(key);
  if (quote == locked.end()) {
    return fail(quotes::kQuoteNotFound, "there is no quote " + quotes::make_quote_id(key.second));
  }
  Result<Quote> taken = quotes::try_consume(quote->second, payment_id, now);
  if (taken) {
    quote->second = *taken;
    transaction.storage().quotes[key].set(std::make_shared<const Quote>(*taken));
  }
  return taken;
}

namespace {

Work insert_quotes(Transaction* transaction, Slots<quotes::InsertQuote> slots) {
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await insert_quote(transaction, slots[i].input.tenant, slots[i].input.quote);
  }
}

Work find_quotes(Transaction* transaction, Slots<quotes::FindQuote> slots) {
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Quote* quote = find_quote(*transaction, {slots[i].input.tenant, slots[i].input.quote_id});
    slots[i].output = quote == nullptr ? std::optional<Quote>() : std::optional(*quote);
  }
}

}  // namespace

void add_quote_operations(Operations& operations) {
  operations.add<quotes::InsertQuote, insert_quotes>();
  operations.add<quotes::FindQuote, find_quotes>();
}

}  // namespace remit::simulation
