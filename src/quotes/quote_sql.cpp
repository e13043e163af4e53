#include "remit/quotes/quote_sql.hpp"

#include <map>
#include <span>
#include <stdexcept>
#include <utility>

#include "remit/storage/by_bucket.hpp"
#include "remit/storage/columns.hpp"

namespace remit::quotes {
namespace {

using storage::ArrayParameter;
using storage::Statement;
using storage::Transaction;
using Key = std::pair<TenantId, Uuid>;
using Row = StoredQuote;

// All amounts but the payout and the stablecoins are in the source currency, see `complete`.
template <auto... path>
constexpr storage::Column<Row> of_quote(std::string_view name) {
  return storage::column<Row, &Row::quote, path...>(name);
}

constexpr storage::Column<Row> kColumns[] = {
    storage::column<Row, &Row::tenant, &Tenant::id>("tenant_id"),
    {{"quote_id", "uuid"},
     [](ArrayParameter& array, const Row& row) { array.add(row.quote_id()); },
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

/// What is read of a row whose key is known.
constexpr std::span<const storage::Column<Row>> kRead = std::span(kColumns).subspan(1);

const storage::ComposedStatement kInsert("quote_insert", R"(
    INSERT INTO quote (bucket, {columns}) SELECT {bucket}, new.* FROM {quotes})",
                                         {{"{columns}", storage::names(kColumns)},
                                          {"{bucket}", storage::parameter("smallint")},
                                          {"{quotes}", storage::unnest(kColumns, "new")}});

const storage::ComposedStatement kFind("quote_find", R"(
    SELECT {columns}
    FROM quote JOIN unnest($2::integer[], $3::uuid[]) AS wanted (tenant_id, quote_id)
      USING (tenant_id, quote_id)
    WHERE quote.bucket = $1::smallint)",
                                       {{"{columns}", storage::names(kColumns, "quote.")}});

// The row lock makes payments that want the same quote take turns; in key order, so that two
// batches with the same quotes never wait for each other.
const storage::ComposedStatement kLock("quote_lock", R"(
    SELECT {columns}
    FROM quote
    WHERE bucket = $1::smallint
      AND (tenant_id, quote_id) IN (SELECT * FROM unnest($2::integer[], $3::uuid[]))
    ORDER BY tenant_id, quote_id FOR UPDATE)",
                                       {{"{columns}", storage::names(kColumns)}});

// That it finds the quote unused is what keeps a quote from being used twice.
constexpr Statement kConsume{"quote_consume", R"(
    UPDATE quote SET payment_id = taken.payment_id
    FROM unnest($2::integer[], $3::uuid[], $4::uuid[]) AS taken (tenant_id, quote_id, payment_id)
    WHERE quote.bucket = $1::smallint AND quote.tenant_id = taken.tenant_id
      AND quote.quote_id = taken.quote_id AND quote.payment_id IS NULL)"};

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

using Quotes = std::map<Key, Result<Quote>>;

/// Row by row: one that only a newer version can read must not affect the others.
void read_quotes(const pqxx::result& rows, Quotes& quotes) {
  const storage::RowReader<Row> reader(kRead, rows);
  for (const auto& row : rows) {
    Result<Quote> quote = fail(kUnavailable, "this version of the service cannot read the quote");
    const TenantId tenant = storage::read<TenantId>(row["tenant_id"]);
    try {
      quote = complete(reader.read(row, {.tenant = Tenant(tenant), .quote = {}}).quote);
    } catch (const std::runtime_error&) {  // as it is
    }
    quotes.emplace(Key(tenant, storage::read<Uuid>(row["quote_id"])), std::move(quote));
  }
}

/// Of what has a `tenant` and a `quote_id`, in ascending order of buckets.
template <class Keyed>
Quotes read_by(Transaction& transaction, const Statement& statement, std::span<const Keyed> keys) {
  Quotes quotes;
  const auto bucket_of = [](const Keyed& key) { return key.tenant.bucket_of(key.quote_id); };
  for (const auto& [bucket, indices] : storage::by_bucket(keys, bucket_of)) {
    ArrayParameter tenants, ids;
    for (const std::size_t index : indices) {
      tenants.add(keys[index].tenant);
      ids.add(keys[index].quote_id);
    }
    read_quotes(transaction.execute(statement, bucket, tenants, ids), quotes);
  }
  return quotes;
}

/// Writes into the rows that each is used by its payment.
void store_uses(Transaction& transaction, const std::vector<Consumption>& uses) {
  const auto bucket_of = [](const Consumption& use) { return use.tenant.bucket_of(use.quote_id); };
  for (const auto& [bucket, indices] : storage::by_bucket(uses, bucket_of)) {
    ArrayParameter tenants, ids, payments;
    for (const std::size_t index : indices) {
      tenants.add(uses[index].tenant);
      ids.add(uses[index].quote_id);
      payments.add(uses[index].payment_id);
    }
    transaction.execute(kConsume, bucket, tenants, ids, payments);
  }
}

}  // namespace

void insert_quotes(Transaction& transaction, std::span<const StoredQuote> quotes) {
  for (const auto& [bucket, indices] : storage::by_bucket(quotes, InsertQuote::bucket_of)) {
    storage::RowArrays<Row> rows(kColumns);
    for (const std::size_t index : indices) rows.add(quotes[index]);
    transaction.execute(kInsert, bucket, rows);
  }
}

std::vector<FoundQuote> find_quotes(Transaction& transaction, std::span<const QuoteKey> keys) {
  std::vector<FoundQuote> found(keys.size());
  const Quotes quotes = read_by(transaction, kFind, keys);
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
  Quotes quotes = read_by(transaction, kLock, consumptions);
  std::vector<Consumption> uses;
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
      uses.push_back(one);
      quote->second = *verdict;  // the next one in this batch finds it used
    }
    results.push_back(std::move(verdict));
  }
  store_uses(transaction, uses);
  return results;
}

}  // namespace remit::quotes
