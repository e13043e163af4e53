#include "remit/payments/payment_machine.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "payment_facts.hpp"
#include "remit/payments/charge_operation.hpp"
#include "remit/payments/conversion_terms.hpp"

namespace remit::payments {
namespace {

using engine::Leg;
using engine::LegPlan;
using engine::Saga;
using ledger::Posting;
using providers::OperationKind;

constexpr std::size_t kOnramp = 0;
constexpr std::size_t kOfframp = 1;

void post(std::vector<Posting>& postings, std::string_view kind, std::string_view debit,
          std::string_view credit, Money amount) {
  if (amount.minor > 0) {
    postings.push_back({std::string(kind), std::string(debit), std::string(credit), amount});
  }
}

/// The processor collects the whole amount and keeps its fee of it.
std::vector<Posting> charge_postings(const Saga& saga, std::size_t index) {
  const Leg& leg = saga.legs[index];
  const std::string processor = ledger::processor_account(leg.provider);
  std::vector<Posting> postings;
  post(postings, "charge", processor, ledger::kSourceFunds, saga.amount);
  post(postings, "processor_fee", ledger::provider_fees("processor", leg.provider), processor,
       leg.fee);
  return postings;
}

/// What the payout costs in the source currency: the amount less fees and rounding.
Money source_cost(const Saga& saga) {
  const ConversionTerms& terms = terms_of(saga);
  const std::int64_t fees =
      terms.platform_fee.minor + saga.legs[kOnramp].fee.minor + saga.legs[kOfframp].fee.minor;
  return {saga.amount.minor - fees - terms.rounding.minor, saga.amount.currency};
}

/// The onramp takes the whole amount in; in flight after it are the stablecoin and the offramp's
/// fee.
std::vector<Posting> onramp_postings(const Saga& saga) {
  const Leg& onramp = saga.legs[kOnramp];
  const ConversionTerms& terms = terms_of(saga);
  std::vector<Posting> postings;
  post(postings, "intake", ledger::kClearing, ledger::kSourceFunds, saga.amount);
  post(postings, "platform_fee", ledger::kPlatformFees, ledger::kClearing, terms.platform_fee);
  post(postings, "onramp_fee", ledger::provider_fees("onramp", onramp.provider), ledger::kClearing,
       onramp.fee);
  post(postings, "rounding", ledger::kRounding, ledger::kClearing, terms.rounding);
  post(postings, "onramp", ledger::kExchange, ledger::kClearing, source_cost(saga));
  post(postings, "onramp", ledger::kClearing, ledger::kExchange, onramp.target);
  return postings;
}

std::vector<Posting> offramp_postings(const Saga& saga) {
  const Leg& offramp = saga.legs[kOfframp];
  std::vector<Posting> postings;
  post(postings, "offramp_fee", ledger::provider_fees("offramp", offramp.provider),
       ledger::kClearing, offramp.fee);
  post(postings, "offramp", ledger::kExchange, ledger::kClearing, offramp.source);
  post(postings, "offramp", ledger::kClearing, ledger::kExchange, offramp.target);
  post(postings, "payout", ledger::kPayoutFunds, ledger::kClearing, offramp.target);
  return postings;
}

std::vector<Posting> conversion_postings(const Saga& saga, std::size_t index) {
  return index == kOnramp ? onramp_postings(saga) : offramp_postings(saga);
}

std::vector<Leg> charge_legs(const Saga& saga) {
  Leg leg;
  leg.operation = OperationKind::charge;
  leg.operation_id = charge_operation(saga.tenant, saga.id);
  leg.source = saga.amount;
  leg.target = saga.amount;
  leg.fee = Money{0, saga.amount.currency};
  return {leg};
}

/// A conversion's legs depend on its terms and are stored with it.
std::vector<Leg> no_legs(const Saga& /*saga*/) { return {}; }

constexpr std::array kChargeLegs{LegPlan{.operation = OperationKind::charge,
                                         .provider_kind = ProviderKind::processor,
                                         .name = "charge",
                                         .submitted_status = kProcessing,
                                         .settled_status = engine::kCompleted,
                                         .submitted_message = "Charge sent to a processor",
                                         .settled_message = "Charge processed",
                                         .failure_code = "CHARGE_REJECTED",
                                         .priced_at_choice = true}};

/// By the onramp that took the money in.
constexpr engine::CompensationPlan kOnrampRefund{.leg = {.operation = OperationKind::refund,
                                                         .provider_kind = ProviderKind::onramp,
                                                         .made_by = engine::MadeBy::same,
                                                         .name = "refund",
                                                         .submitted_message = "refunding",
                                                         .settled_message = "Refunded by"}};

constexpr std::array kConversionLegs{
    LegPlan{.operation = OperationKind::onramp,
            .provider_kind = ProviderKind::onramp,
            .name = "onramp",
            .submitted_status = kOnrampPending,
            .settled_status = kOnrampComplete,
            .submitted_message = "Onramp transfer initiated",
            .settled_message = "Onramp transfer settled",
            .failure_code = "ONRAMP_FAILED",
            .compensation = &kOnrampRefund},
    LegPlan{.operation = OperationKind::offramp,
            .provider_kind = ProviderKind::offramp,
            .name = "offramp",
            .submitted_status = kOfframpPending,
            .settled_status = engine::kCompleted,
            .submitted_message = "Offramp transfer initiated",
            .settled_message = "Offramp transfer settled, payout made",
            .failure_code = "OFFRAMP_FAILED"}};

constexpr engine::SagaPlan kChargePlan{.kind = "charge",
                                       .legs = kChargeLegs,
                                       .postings = charge_postings,
                                       .initial_legs = charge_legs,
                                       .new_operation_on_retry = false,
                                       .totalled = true,
                                       .history_follows = true,
                                       .postings_follow = true,
                                       .facts = &kChargeFacts};

constexpr engine::SagaPlan kConversionPlan{.kind = "conversion",
                                           .legs = kConversionLegs,
                                           .postings = conversion_postings,
                                           .initial_legs = no_legs,
                                           .read_terms = read_conversion_terms,
                                           .facts = &kConversionFacts};

}  // namespace

const engine::SagaPlan& charge_plan() { return kChargePlan; }
const engine::SagaPlan& conversion_plan() { return kConversionPlan; }

const engine::SagaPlan* plan_of(std::string_view kind) {
  for (const engine::SagaPlan* plan : {&kChargePlan, &kConversionPlan}) {
    if (plan->kind == kind) return plan;
  }
  return nullptr;
}

bool is_payment_status(std::string_view status) {
  static constexpr std::array kStatuses{engine::kPending,   kProcessing,     kOnrampPending,
                                        kOnrampComplete,    kOfframpPending, engine::kCompensating,
                                        engine::kCompleted, engine::kFailed, engine::kCancelled};
  return std::ranges::find(kStatuses, status) != kStatuses.end();
}

std::vector<Leg> conversion_legs(const quotes::Quote& terms, std::string source_account,
                                 std::string destination_account, Uuid onramp_operation,
                                 Uuid offramp_operation) {
  Leg onramp;
  onramp.operation = OperationKind::onramp;
  onramp.operation_id = onramp_operation;
  onramp.source = terms.amount;
  onramp.target = terms.stablecoin_amount;
  onramp.account = std::move(source_account);
  onramp.fee = terms.fees.onramp;
  Leg offramp;
  offramp.operation = OperationKind::offramp;
  offramp.operation_id = offramp_operation;
  offramp.source = terms.stablecoin_amount;
  offramp.target = terms.guaranteed_payout;
  offramp.account = std::move(destination_account);
  offramp.fee = terms.fees.offramp;
  return {onramp, offramp};
}

}  // namespace remit::payments
