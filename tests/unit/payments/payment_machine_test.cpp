#include "remit/payments/payment_machine.hpp"
#include "remit/payments/conversion_terms.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>

#include "remit/engine/saga_machine.hpp"
#include "remit/quotes/pricing.hpp"
#include "support/tenants.hpp"

namespace remit::payments {
namespace {

using engine::Saga;
using engine::Step;
using providers::Outcome;

using Balances = std::map<std::pair<std::string, Currency>, std::int64_t>;

void post_to(Balances& balances, const std::vector<ledger::Posting>& postings) {
  for (const ledger::Posting& posting : postings) {
    ASSERT_GT(posting.amount.minor, 0);
    ASSERT_NE(posting.debit_account, posting.credit_account);
    balances[{posting.debit_account, posting.amount.currency}] += posting.amount.minor;
    balances[{posting.credit_account, posting.amount.currency}] -= posting.amount.minor;
  }
}

std::int64_t of(const Balances& balances, std::string_view account, Currency currency) {
  const auto found = balances.find({std::string(account), currency});
  return found == balances.end() ? 0 : found->second;
}

class RandomTerms {
 public:
  explicit RandomTerms(std::uint64_t seed) : random_(seed) {}

  /// Nothing when the amount does not cover its fees.
  std::optional<quotes::Quote> next() {
    quotes::Quote quote;
    quote.amount = {between(1, kMaxAmount), fiat()};
    if (between(0, 1) == 0) quote.amount.minor = between(1, 5'000);
    quote.payout_currency = fiat();
    quote.rate = *Rate::from_scaled(between(1, 20'000'000'000));
    const auto fees = quotes::fees_of(quote.amount, schedule(), schedule(), schedule());
    if (!fees) return std::nullopt;
    const auto payout =
        quotes::payout_of(quote.amount, fees->total, quote.rate, quote.payout_currency);
    if (!payout) return std::nullopt;
    quote.fees = *fees;
    quote.guaranteed_payout = payout->guaranteed;
    quote.source_cost = payout->source_cost;
    quote.rounding = payout->rounding;
    quote.stablecoin_amount = {between(1, 1'000'000'000'000), Currency::USDC};
    return quote;
  }

 private:
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  Currency fiat() { return static_cast<Currency>(between(0, 6)); }
  FeeSchedule schedule() {
    // One in four takes nothing: a posting of zero must not be made.
    if (between(0, 3) == 0) return {};
    return {.percent_scaled = between(0, 500'000'000), .fixed_scaled = between(0, 100'000'000)};
  }

  std::mt19937_64 random_;
};

Saga conversion_of(const quotes::Quote& terms) {
  SeededUuidSource ids(7);
  Saga saga(kTenant);
  saga.id = ids.next();
  saga.plan = &conversion_plan();
  saga.amount = terms.amount;
  saga.terms = std::make_shared<ConversionTerms>(terms.fees.platform, terms.rounding, R"("a":1)");
  const Uuid onramp = ids.next();
  const Uuid offramp = ids.next();
  saga.legs = conversion_legs(terms, "payer", "payee", onramp, offramp);
  return saga;
}

Step move_leg(Saga saga, const std::string& provider, Outcome::Status status) {
  const engine::StepContext context{.now = Timestamp(std::chrono::seconds(1)), .fresh_id = saga.id};
  routing::Choice choice;
  choice.provider = provider;
  Step step = engine::on_chosen(std::move(saga), choice, std::nullopt, context, {});
  Outcome outcome;
  outcome.status = status;
  outcome.reference = provider + "-1";
  return engine::on_submitted(std::move(step.saga), outcome, context, {});
}

TEST(PaymentMachine, AConversionBalancesInEveryCurrency) {
  RandomTerms random(1);
  int made = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto terms = random.next();
    if (!terms) continue;
    ++made;
    const Currency from = terms->amount.currency;
    const Currency to = terms->payout_currency;
    Balances books;
    Step step = move_leg(conversion_of(*terms), "in", Outcome::Status::settled);
    post_to(books, step.postings);
    ASSERT_EQ(of(books, ledger::kClearing, Currency::USDC), terms->stablecoin_amount.minor);
    ASSERT_EQ(of(books, ledger::kClearing, from), terms->fees.offramp.minor);
    step = move_leg(std::move(step.saga), "out", Outcome::Status::settled);
    post_to(books, step.postings);
    ASSERT_EQ(step.saga.status, engine::kCompleted);
    for (const auto& [account, balance] : books) {
      ASSERT_TRUE(account.first != ledger::kClearing || balance == 0) << "left in clearing";
    }
    const std::int64_t fees = of(books, ledger::kPlatformFees, from) +
                              of(books, "fees:onramp:in", from) +
                              of(books, "fees:offramp:out", from);
    ASSERT_EQ(fees, terms->fees.total.minor);
    ASSERT_EQ(of(books, ledger::kRounding, from), terms->rounding.minor);
    ASSERT_EQ(of(books, ledger::kPayoutFunds, to), terms->guaranteed_payout.minor);
    ASSERT_EQ(of(books, ledger::kSourceFunds, from), -terms->amount.minor);
    // What was sold less what was bought, where both are of one currency.
    const std::int64_t bought = from == to ? terms->guaranteed_payout.minor : 0;
    ASSERT_EQ(of(books, ledger::kExchange, from), terms->source_cost.minor - bought);
    ASSERT_EQ(fees + terms->rounding.minor + terms->source_cost.minor, terms->amount.minor);
    ASSERT_EQ(of(books, ledger::kExchange, Currency::USDC), 0);
  }
  EXPECT_GT(made, 5'000);
}

TEST(PaymentMachine, ARefundPutsEverythingBack) {
  RandomTerms random(2);
  for (int round = 0; round < 5'000; ++round) {
    const auto terms = random.next();
    if (!terms) continue;
    Balances books;
    Step step = move_leg(conversion_of(*terms), "in", Outcome::Status::settled);
    post_to(books, step.postings);
    step = move_leg(std::move(step.saga), "out", Outcome::Status::failed);
    post_to(books, step.postings);
    ASSERT_EQ(step.saga.status, engine::kCompensating);
    step = move_leg(std::move(step.saga), "in", Outcome::Status::settled);
    post_to(books, step.postings);
    ASSERT_EQ(step.saga.status, engine::kFailed);
    for (const auto& [account, balance] : books) ASSERT_EQ(balance, 0) << account.first;
  }
}

TEST(PaymentMachine, AChargeIsHeldByItsProcessorLessItsFee) {
  Saga saga(kTenant);
  saga.plan = &charge_plan();
  saga.id = *Uuid::parse("4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3");
  saga.amount = {1'990, Currency::BRL};
  saga.legs = charge_plan().initial_legs(saga);
  ASSERT_EQ(saga.legs.size(), 1U);
  EXPECT_EQ(saga.legs[0].operation_id, saga.id) << "the processor's key is the correlation id";
  saga.legs[0].fee = {100, Currency::BRL};
  Balances books;
  const Step step = move_leg(saga, "default", Outcome::Status::settled);
  post_to(books, step.postings);
  EXPECT_EQ(of(books, "processor:default", Currency::BRL), 1'890);
  EXPECT_EQ(of(books, "fees:processor:default", Currency::BRL), 100);
  EXPECT_EQ(of(books, ledger::kSourceFunds, Currency::BRL), -1'990);
}

TEST(PaymentMachine, StatusesAreTheContracts) {
  for (const std::string_view status :
       {"PENDING", "PROCESSING", "ONRAMP_PENDING", "ONRAMP_COMPLETE", "OFFRAMP_PENDING",
        "COMPENSATING", "COMPLETED", "FAILED", "CANCELLED"}) {
    EXPECT_TRUE(is_payment_status(status)) << status;
  }
  EXPECT_FALSE(is_payment_status("pending"));
  EXPECT_FALSE(is_payment_status(""));
  EXPECT_EQ(plan_of("charge"), &charge_plan());
  EXPECT_EQ(plan_of("conversion"), &conversion_plan());
  EXPECT_EQ(plan_of("settlement"), nullptr);
}

}  // namespace
}  // namespace remit::payments
