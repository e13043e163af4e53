#include "payment_store_fixture.hpp"

#include "remit/quotes/quote_sql.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::payments {
namespace {

storage::LaneSettings settings(const std::string& url, bool read_only) {
  storage::LaneSettings result;
  result.name = "test-lanes";
  result.url = url;
  result.lanes = 1;
  result.read_only = read_only;
  return result;
}

struct StoreQuotes {
  using Input = quotes::Quote;
  using Output = void;
  static constexpr std::string_view kName = "test_store_quotes";
  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<StoreQuotes>> slots) {
    std::vector<quotes::StoredQuote> stored;
    for (const auto& slot : slots) stored.push_back({kDefaultTenant, slot.input});
    quotes::insert_quotes(transaction, stored);
  }
};

}  // namespace

PaymentStoreTest::PaymentStoreTest()
    : url_(test::migrated_database()),
      session_(url_),
      lanes_(loop_.get_executor(), settings(url_, false)),
      other_lanes_(loop_.get_executor(), settings(url_, false)),
      read_lanes_(loop_.get_executor(), settings(url_, true)),
      store_(lanes_, read_lanes_),
      other_store_(other_lanes_, read_lanes_),
      sagas_(lanes_) {}

ChargeRequest PaymentStoreTest::charge(Uuid id, std::int64_t minor, Duration after) const {
  ChargeRequest request;
  request.correlation_id = id;
  request.amount = {minor, Currency::BRL};
  request.now = kStart + after;
  return request;
}

NewConversion PaymentStoreTest::conversion(std::optional<Uuid> quote_id, std::string key,
                                           char print) {
  NewConversion conversion;
  ConversionRequest& request = conversion.request;
  request.claim.key = std::move(key);
  request.claim.fingerprint = std::string(64, print);
  request.claim.now = kStart;
  request.amount = {100'000, Currency::USD};
  request.source_account = "alice";
  request.destination_account = "bob";
  request.quote_id = quote_id;
  request.problem_request_id = "request-1";
  conversion.payment_id = ids_.next();
  conversion.onramp_operation = ids_.next();
  conversion.offramp_operation = ids_.next();
  if (!quote_id) conversion.own_quote = quote();
  return conversion;
}

quotes::Quote PaymentStoreTest::quote() {
  quotes::Quote quote;
  quote.quote_id = quotes::make_quote_id(ids_.next());
  quote.amount = {100'000, Currency::USD};
  quote.payout_currency = Currency::EUR;
  quote.rate = *Rate::parse("0.9");
  quote.fees = {
      {1'000, Currency::USD}, {500, Currency::USD}, {300, Currency::USD}, {1'800, Currency::USD}};
  quote.guaranteed_payout = {88'380, Currency::EUR};
  quote.source_cost = {98'200, Currency::USD};
  quote.rounding = {0, Currency::USD};
  quote.stablecoin_amount = {982'000'000, Currency::USDC};
  quote.onramp = "in";
  quote.offramp = "out";
  quote.rate_source = "test";
  quote.created_at = kStart;
  quote.expires_at = kStart + std::chrono::hours(1);
  return quote;
}

Uuid PaymentStoreTest::open_quote() {
  const quotes::Quote made = quote();
  if (!run(lanes_.run<StoreQuotes>(made))) throw std::runtime_error("no quote");
  return *quotes::parse_quote_id(made.quote_id);
}

void PaymentStoreTest::complete_charges(const std::string& processor, Timestamp when) {
  auto claimed = run(sagas_.claim({.plan = &charge_plan(),
                                   .has_provider = false,
                                   .limit = 1'000,
                                   .owner = ids_.next(),
                                   .lease = std::chrono::seconds(30)}));
  const engine::Moment moment{.now = when, .fresh_id = {}};
  routing::Choice choice;
  choice.provider = processor;
  providers::Outcome outcome;
  outcome.status = providers::Outcome::Status::settled;
  for (engine::Saga& saga : claimed.value().sagas) {
    engine::Step step =
        engine::on_chosen(std::move(saga), choice, Money{100, Currency::BRL}, moment, {});
    save(step);
    ++step.saga.version;
    save(engine::on_submitted(std::move(step.saga), outcome, moment, {}));
  }
}

engine::Saga PaymentStoreTest::saga_of(Uuid payment_id) {
  return run(store_.find(kDefaultTenant, payment_id)).value().value().saga;
}

void PaymentStoreTest::save(engine::Step step) {
  const auto saved = run(sagas_.save({.step = std::move(step), .lease = std::chrono::seconds(30)}));
  if (saved != engine::Saved::saved) throw std::runtime_error("not saved");
}

std::string PaymentStoreTest::ledger_distance() {
  return query(
      "SELECT coalesce(sum(abs(balance)), 0) FROM (SELECT sum(amount) AS balance FROM ("
      "SELECT debit_account AS account, currency, amount FROM posting UNION ALL "
      "SELECT credit_account, currency, -amount FROM posting) AS entry "
      "GROUP BY account, currency) AS account");
}

}  // namespace remit::payments
