#include "remit/quotes/quote_sql.hpp"

#include <map>
#include <pqxx/row>
#include <stdexcept>
#include <utility>

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

// The columns in the order of `read_quote`.
#define REMIT_QUOTE_COLUMNS                                                            \
  "quote.tenant_id, quote.quote_id, amount, currency, payout_currency, exchange_rate," \
  " platform_fee, onramp_fee, offramp_fee, guaranteed_payout, source_cost, rounding,"  \
  " stablecoin_amount, onramp, offramp, rate_source, created_at, expires_at, payment_id"

namespace remit::quotes {
namespace {

using storage::ArrayParameter;
using storage::read;
using storage::Statement;
using storage::Transaction;
using Key = std::pair<TenantId, Uuid>;

constexpr Statement kInsert{
    "quote_insert",
    "INSERT INTO quote (tenant_id, quote_id, amount, currency, payout_currency, exchange_rate,"
    " platform_fee, onramp_fee, offramp_fee, guaranteed_payout, source_cost, rounding,"
    " stablecoin_amount, onramp, offramp, rate_source, created_at, expires_at, payment_id)"
    " SELECT * FROM unnest($1::integer[], $2::uuid[], $3::bigint[], $4::text[], $5::text[],"
    " $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],"
    " $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::timestamptz[],"
    " $18::timestamptz[], $19::uuid[])"};

constexpr Statement kFind{"quote_find",
                          "SELECT " REMIT_QUOTE_COLUMNS
                          " FROM quote JOIN unnest($1::integer[], $2::uuid[])"
                          " AS wanted (tenant_id, quote_id) USING (tenant_id, quote_id)"};

// The row lock makes payments that want the same quote take turns; in key order, so that two
// batches with the same quotes never wait for each other.
constexpr Statement kLock{"quote_lock", "SELECT " REMIT_QUOTE_COLUMNS
                                        " FROM quote WHERE (tenant_id, quote_id) IN"
                                        " (SELECT * FROM unnest($1::integer[], $2::uuid[]))"
                                        " ORDER BY tenant_id, quote_id FOR UPDATE"};

constexpr Statement kConsume{
    "quote_consume",
    "UPDATE quote SET payment_id = taken.payment_id"
    " FROM unnest($1::integer[], $2::uuid[], $3::uuid[]) AS taken (tenant_id, quote_id, payment_id)"
    " WHERE quote.tenant_id = taken.tenant_id AND quote.quote_id = taken.quote_id"
    " AND quote.payment_id IS NULL"};

Currency read_currency(const pqxx::field& field) {
  const auto currency = parse_currency(read<std::string>(field));
  if (!currency) throw std::runtime_error("a quote in a currency that does not exist");
  return *currency;
}

Rate read_rate(const pqxx::field& field) {
  const auto rate = Rate::from_scaled(read<std::int64_t>(field));
  if (!rate) throw std::runtime_error("a quote with a rate that is not positive");
  return *rate;
}

Quote read_quote(const pqxx::row& row) {
  const Currency from = read_currency(row[3]);
  const auto money = [&row](pqxx::row::size_type column, Currency currency) {
    return Money{read<std::int64_t>(row[column]), currency};
  };
  Quote quote;
  quote.quote_id = make_quote_id(read<Uuid>(row[1]));
  quote.amount = money(2, from);
  quote.payout_currency = read_currency(row[4]);
  quote.rate = read_rate(row[5]);
  quote.fees = {money(6, from), money(7, from), money(8, from), {0, from}};
  quote.fees.total.minor =
      quote.fees.platform.minor + quote.fees.onramp.minor + quote.fees.offramp.minor;
  quote.guaranteed_payout = money(9, quote.payout_currency);
  quote.source_cost = money(10, from);
  quote.rounding = money(11, from);
  quote.stablecoin_amount = money(12, Currency::USDC);
  quote.onramp = read<std::string>(row[13]);
  quote.offramp = read<std::string>(row[14]);
  quote.rate_source = read<std::string>(row[15]);
  quote.created_at = read<Timestamp>(row[16]);
  quote.expires_at = read<Timestamp>(row[17]);
  quote.payment_id = read<std::optional<Uuid>>(row[18]);
  return quote;
}

/// Row by row: one that cannot be read is nobody else's fault.
std::map<Key, Result<Quote>> read_quotes(const pqxx::result& rows) {
  std::map<Key, Result<Quote>> quotes;
  for (const auto& row : rows) {
    Result<Quote> quote = fail(kUnavailable, "this version of the service cannot read the quote");
    try {
      quote = read_quote(row);
    } catch (const std::runtime_error&) {  // as it is
    }
    quotes.emplace(Key(read<int>(row[0]), read<Uuid>(row[1])), std::move(quote));
  }
  return quotes;
}

}  // namespace

void insert_quotes(Transaction& transaction, std::span<const StoredQuote> quotes) {
  if (quotes.empty()) return;
  ArrayParameter tenants, ids, amounts, currencies, payout_currencies, rates, platform_fees,
      onramp_fees, offramp_fees, payouts, costs, roundings, stablecoins, onramps, offramps, sources,
      created, expire, payments;
  for (const auto& [tenant, quote] : quotes) {
    const auto id = parse_quote_id(quote.quote_id);
    if (!id) throw std::logic_error("a quote id that was not made by make_quote_id");
    tenants.add(tenant);
    ids.add(*id);
    amounts.add(quote.amount.minor);
    currencies.add(to_string(quote.amount.currency));
    payout_currencies.add(to_string(quote.payout_currency));
    rates.add(quote.rate.scaled());
    platform_fees.add(quote.fees.platform.minor);
    onramp_fees.add(quote.fees.onramp.minor);
    offramp_fees.add(quote.fees.offramp.minor);
    payouts.add(quote.guaranteed_payout.minor);
    costs.add(quote.source_cost.minor);
    roundings.add(quote.rounding.minor);
    stablecoins.add(quote.stablecoin_amount.minor);
    onramps.add(quote.onramp);
    offramps.add(quote.offramp);
    sources.add(quote.rate_source);
    created.add(quote.created_at);
    expire.add(quote.expires_at);
    payments.add(quote.payment_id);
  }
  transaction.execute(kInsert, tenants, ids, amounts, currencies, payout_currencies, rates,
                      platform_fees, onramp_fees, offramp_fees, payouts, costs, roundings,
                      stablecoins, onramps, offramps, sources, created, expire, payments);
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

#undef REMIT_QUOTE_COLUMNS
