#include "contract/contract_test.hpp"

#include "support/work_found.hpp"

namespace remit::contract {

using engine::Saga;
using engine::Step;

ContractTest::ContractTest(Server server) : backend_(GetParam().make_backend(server)) {}

void ContractTest::until_somebody_waits() {
  backend_->run_until([this] { return backend_->somebody_waits(); });
}

payments::ChargeRequest ContractTest::charge(Uuid id, std::int64_t minor, Duration after) {
  return {.tenant = tenant(),
          .correlation_id = id,
          .amount = {minor, Currency::BRL},
          .now = kStart + after,
          .origin = {}};
}

payments::NewConversion ContractTest::conversion(std::optional<Uuid> quote_id, std::string key,
                                                 char print) {
  payments::ConversionRequest request({.tenant = tenant(),
                                       .key = std::move(key),
                                       .fingerprint = std::string(64, print),
                                       .now = kStart});
  request.amount = {100'000, Currency::USD};
  request.source_account = "alice";
  request.destination_account = "bob";
  request.quote_id = quote_id;
  request.problem_request_id = "request-1";
  payments::NewConversion conversion(std::move(request));
  conversion.payment_id = make_id(ids_.next(), conversion.request.claim.bucket());
  conversion.onramp_operation = ids_.next();
  conversion.offramp_operation = ids_.next();
  if (!quote_id) conversion.own_quote = quote();
  return conversion;
}

quotes::Quote ContractTest::quote() {
  quotes::Quote quote;
  quote.quote_id = quotes::make_quote_id(make_id(ids_.next(), tenant()));
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
  quote.expires_at = kStart + hours(1);
  return quote;
}

Uuid ContractTest::open_quote() {
  const quotes::Quote made = quote();
  if (!run(database().run<quotes::InsertQuote>({tenant(), made})))
    throw std::runtime_error("no quote");
  return quotes::parse_quote_id(made.quote_id).value();
}

Uuid ContractTest::accept_charge(std::int64_t minor, Duration after) {
  const Uuid id = ids_.next();
  static_cast<void>(run(database().run<payments::AcceptCharge>(charge(id, minor, after))).value());
  return id;
}

Uuid ContractTest::accept_conversion(const std::string& key) {
  const payments::NewConversion wanted = conversion(std::nullopt, key);
  static_cast<void>(run(database().run<payments::AcceptConversion>(wanted)).value());
  return wanted.payment_id;
}

engine::WorkSeen ContractTest::look(const engine::SagaPlan& plan, bool has_provider, int index) {
  const engine::LookRequest request{.plan = &plan, .has_provider = has_provider};
  return run(database(index).run<engine::LookForWork>(request), index).value();
}

std::vector<engine::TenantWork> ContractTest::work(const engine::SagaPlan& plan, bool has_provider,
                                                   int index) {
  return test::work_found(look(plan, has_provider, index));
}

Result<engine::Claimed> ContractTest::try_claim(const engine::SagaPlan& plan, bool has_provider,
                                                std::int64_t limit, int index, Duration lease) {
  return run(database(index).run<engine::ClaimSagas>({.plan = &plan,
                                                      .work = work(plan, has_provider, index),
                                                      .has_provider = has_provider,
                                                      .limit = limit,
                                                      .owner = owner_,
                                                      .lease = lease}),
             index);
}

std::vector<Saga> ContractTest::claim(const engine::SagaPlan& plan, bool has_provider,
                                      std::int64_t limit, int index) {
  return try_claim(plan, has_provider, limit, index).value().sagas;
}

Saga ContractTest::claim_one(const engine::SagaPlan& plan, bool has_provider) {
  std::vector<Saga> claimed = claim(plan, has_provider);
  if (claimed.size() != 1) throw std::runtime_error(std::to_string(claimed.size()) + " claimed");
  return std::move(claimed.front());
}

engine::Saved ContractTest::save(Step step, int index, Duration lease) {
  return run(database(index).run<engine::SaveStep>({.step = std::move(step), .lease = lease}),
             index)
      .value();
}

Step ContractTest::chosen(Saga saga, std::string provider, Timestamp when) {
  routing::Choice choice;
  choice.provider = std::move(provider);
  const Money fee{100, saga.amount.currency};
  const bool is_charge = saga.plan == &payments::charge_plan();
  return engine::on_chosen(std::move(saga), choice, is_charge ? std::optional(fee) : std::nullopt,
                           {.now = when, .fresh_id = {}}, {});
}

Step ContractTest::pending(Saga saga, Duration poll_interval) {
  providers::Outcome outcome;
  outcome.status = providers::Outcome::Status::pending;
  return engine::on_submitted(std::move(saga), outcome, {.now = kStart, .fresh_id = {}},
                              {.poll_interval = poll_interval});
}

Step ContractTest::settled(Saga saga, Timestamp when) {
  providers::Outcome outcome;
  outcome.status = providers::Outcome::Status::settled;
  return engine::on_submitted(std::move(saga), outcome, {.now = when, .fresh_id = {}}, {});
}

void ContractTest::complete_charges(const std::string& processor, Timestamp when) {
  for (Saga& saga : claim()) {
    Step step = chosen(std::move(saga), processor, when);
    if (save(step) != engine::Saved::saved) throw std::runtime_error("the choice was fenced");
    ++step.saga.version;
    if (save(settled(std::move(step.saga), when)) != engine::Saved::saved) {
      throw std::runtime_error("the end was fenced");
    }
  }
}

payments::Payment ContractTest::payment(Uuid id, int index) {
  return run(database(index).run<payments::FindPayment>({tenant(), id}), index).value().value();
}

}  // namespace remit::contract
