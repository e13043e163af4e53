#include "remit/quotes/quote_sql.hpp"

#include <map>
#include <stdexcept>
#include <utility>

#include "remit/storage/columns.hpp"

namespace remit::quotes {
namespace {

using storage::ArrayParameter;
using storage::Statement;
using storage::Transaction;
using Key = std::pair<TenantId, Uuid>;
using Row = StoredQuote;

Uuid quote_id_of(const Row& row) {
  const auto id = parse_quote_id(row.quote.quote_id);
  if (!id) throw std::logic_error("a quote id that was not made by make_quote_id");
  return *id;
}

// All amounts but the payout and the stablecoins are in the source currency, see `complete`.
template <auto... path>
constexpr storage::Column<Row> of_quote(std::string_view name) {
  return storage::column<Row, &Row::quote, path...>(name);
}

constexpr storage::Column<Row> kColumns[] = {
    storage::column<Row, &Row::tenant>("tenant_id"),
    {{"quote_id", "uuid"},
     [](ArrayParameter& array, const Row& row) { array.add(quote_id_of(row)); },
     [](Row& row, const pqxx::field& field) {
       row.quote.quote_id = make_quote_id(storage::read<Uuid>(field));
     }},
    of_quote<&Quote::amount, &Money::minor>("amount"),
    of_quote<&Quote::amount, &Money::currency>("currency"),
    of_quote<&Quote::payout_currency>("payout_currency"),
    of_quote<&Quote::rate>("exchange_rate"),
    of_quote<&Quote::fees, &QuoteFees::platform, &Money::minor>("platform_fee"),
    of_quote<&Quote::fees, &QuoteFees::onramp, &Money::minor>("onramp_fee"),
    of_quote<&Quote::fees, &QuoteFees::offramp, &Money::minor>("offramp_fee"),
    of_quote<&Quote::guaranteed_payout, &Money::minor>("guaranteed_payout"),
    of_quote<&Quote::source_cost, &Money::minor>("source_cost"),
    of_quote<&Quote::rounding, &Money::minor>("rounding"),
    of_quote<&Quote::stablecoin_amount, &Money::minor>("stablecoin_amount"),
    of_quote<&Quote::onramp>("onramp"),
    of_quote<&Quote::offramp>("offramp"),
    of_quote<&Quote::rate_source>("rate_source"),
    of_quote<&Quote::created_at>("created_at"),
    of_quote<&Quote::expires_at>("expires_at"),
    of_quote<&Quote::payment_id>("payment_id")};

const storage::ComposedStatement kInsert("quote_insert", R"(
    INSERT INTO quote ({columns}) SELECT * FROM {quotes})",
                                         {{"{columns}", storage::names(kColumns)},
                                          {"{quotes}", storage::unnest(kColumns, "new")}});

const storage::ComposedStatement kFind("quote_find", R"(
    SELECT {columns}
    FROM quote JOIN unnest($1::integer[], $2::uuid[]) AS wanted (tenant_id, quote_id)
      USING (tenant_id, quote_id))",
                                       {{"{columns}", storage::names(kColumns, "quote.")}});

// The row lock makes payments that want the same quote take turns; in key order, so that two
// batches with the same quotes never wait for each other.
const storage::ComposedStatement kLock("quote_lock", R"(
    SELECT {columns}
    FROM quote
    WHERE (tenant_id, quote_id) IN (SELECT * FROM unnest($1::integer[], $2::uuid[]))
    ORDER BY tenant_id, quote_id FOR UPDATE)",
                                       {{"{columns}", storage::names(kColumns)}});

constexpr Statement kConsume{"quote_consume", R"(
    UPDATE quote SET payment_id = taken.payment_id
    FROM unnest($1::integer[], $2::uuid[], $3::uuid[]) AS taken (tenant_id, quote_id, payment_id)
    WHERE quote.tenant_id = taken.tenant_id AND quote.quote_id = taken.quote_id
      AND quote.payment_id IS NULL)"};

/// What follows from the columns.
Quote complete(Quote quote) {
  const Currency source = quote.amount.currency;
  QuoteFees& fees = quote.fees;
  for (Money* money : {&fees.platform, &fees.onramp, &fees.offramp, &fees.total, &quote.source_cost,
                       &quote.rounding}) {
    money->currency = source;
  }
  fees.total.minor = fees.platform.minor + fees.onramp.minor + fees.offramp.minor;
  quote.guaranteed_payout.currency = quote.payout_currency;
  quote.stablecoin_amount.currency = Currency::USDC;
  return quote;
}

/// Row by row: one that only a newer version can read must not affect the others.
std::map<Key, Result<Quote>> read_quotes(const pqxx::result& rows) {
  const storage::RowReader<Row> reader(kColumns, rows);
  std::map<Key, Result<Quote>> quotes;
  for (const auto& row : rows) {
    Result<Quote> quote = fail(kUnavailable, "this version of the service cannot read the quote");
    Row stored{.tenant = storage::read<TenantId>(row["tenant_id"]), .quote = {}};
    const Key key(stored.tenant, storage::read<Uuid>(row["quote_id"]));
    try {
      quote = complete(reader.read(row, std::move(stored)).quote);
    } catch (const std::runtime_error&) {  // as it is
    }
    quotes.emplace(key, std::move(quote));
  }
  return quotes;
}

}  // namespace

void insert_quotes(Transaction& transaction, std::span<const StoredQuote> quotes) {
  if (quotes.empty()) return;
  storage::RowArrays<Row> rows(kColumns);
  for (const StoredQuote& quote : quotes) rows.add(quote);
  transaction.execute(kInsert, rows);
}

std::vector<FoundQuote> find_quotes(Transaction& transaction, std::span<const QuoteKey> keys) {
  std::vector<FoundQuote> found(keys.size());
  if (keys.empty()) return found;
  ArrayParameter tenants, ids;
  for (const QuoteKey& key : keys) {
    tenants.add(key.tenant);
    ids.add(key.quote_id);
  }
  const auto quotes = read_quotes(transaction.execute(kFind, tenants, ids));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto quote = quotes.find({keys[i].tenant, keys[i].quote_id});
    if (quote == quotes.end()) continue;
    if (quote->second) {
      found[i] = *quote->second;
    } else {
      found[i] = fail(quote->second.error());
    }
  }
  return found;
}

std::vector<Result<Quote>> consume_quotes(Transaction& transaction,
                                          std::span<const Consumption> consumptions) {
  std::vector<Result<Quote>> results;
  if (consumptions.empty()) return results;
  ArrayParameter tenants, ids;
  for (const Consumption& one : consumptions) {
    tenants.add(one.tenant);
    ids.add(one.quote_id);
  }
  auto quotes = read_quotes(transaction.execute(kLock, tenants, ids));
  ArrayParameter taken_tenants, taken_ids, taken_by;
  bool any_taken = false;
  for (const Consumption& one : consumptions) {
    const auto quote = quotes.find({one.tenant, one.quote_id});
    if (quote == quotes.end()) {
      results.push_back(fail(kQuoteNotFound, "there is no quote " + make_quote_id(one.quote_id)));
      continue;
    }
    if (!quote->second) {
      results.push_back(quote->second);
      continue;
    }
    Result<Quote> verdict = try_consume(*quote->second, one.payment_id, one.now);
    if (verdict) {
      taken_tenants.add(one.tenant);
      taken_ids.add(one.quote_id);
      taken_by.add(one.payment_id);
      any_taken = true;
      quote->second = *verdict;  // the next one in this batch finds it used
    }
    results.push_back(std::move(verdict));
  }
  if (any_taken) transaction.execute(kConsume, taken_tenants, taken_ids, taken_by);
  return results;
}

}  // namespace remit::quotes
