// Two plans of the tests' own, and short words for what a provider may answer.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "remit/engine/saga_machine.hpp"
#include "support/tenants.hpp"

namespace remit::engine {

using providers::Outcome;
using Status = Outcome::Status;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr Timestamp kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
inline constexpr Duration kGrace = seconds(20);

inline Uuid id_of(std::uint8_t number) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = number;
  return Uuid(bytes);
}

inline constexpr std::array kOneLeg{LegPlan{.operation = providers::OperationKind::charge,
                                            .provider_kind = ProviderKind::processor,
                                            .name = "charge",
                                            .submitted_status = "PROCESSING",
                                            .settled_status = kCompleted,
                                            .submitted_message = "sent",
                                            .settled_message = "done",
                                            .failure_code = "CHARGE_REJECTED",
                                            .priced_at_choice = true}};

inline constexpr CompensationPlan kTestRefund{.leg = {.operation = providers::OperationKind::refund,
                                                      .provider_kind = ProviderKind::onramp,
                                                      .made_by = MadeBy::same,
                                                      .name = "refund",
                                                      .submitted_message = "refunding",
                                                      .settled_message = "Refunded by"}};

inline constexpr std::array kTwoLegs{LegPlan{.operation = providers::OperationKind::onramp,
                                             .provider_kind = ProviderKind::onramp,
                                             .name = "onramp",
                                             .submitted_status = "ONRAMP_PENDING",
                                             .settled_status = "ONRAMP_COMPLETE",
                                             .submitted_message = "onramp sent",
                                             .settled_message = "onramp done",
                                             .failure_code = "ONRAMP_FAILED",
                                             .compensation = &kTestRefund},
                                     LegPlan{.operation = providers::OperationKind::offramp,
                                             .provider_kind = ProviderKind::offramp,
                                             .name = "offramp",
                                             .submitted_status = "OFFRAMP_PENDING",
                                             .settled_status = kCompleted,
                                             .submitted_message = "offramp sent",
                                             .settled_message = "offramp done",
                                             .failure_code = "OFFRAMP_FAILED"}};

/// A third leg after the two: what comes after the leg that failed must never be begun.
inline constexpr CompensationPlan kMiddleRefund{
    .leg = {.operation = providers::OperationKind::refund,
            .provider_kind = ProviderKind::offramp,
            .made_by = MadeBy::same,
            .name = "refund",
            .submitted_message = "refunding",
            .settled_message = "Refunded by"}};

inline constexpr std::array kThreeLegs{kTwoLegs[0],
                                       LegPlan{.operation = providers::OperationKind::offramp,
                                               .provider_kind = ProviderKind::offramp,
                                               .name = "middle",
                                               .submitted_status = "MIDDLE_PENDING",
                                               .settled_status = "MIDDLE_COMPLETE",
                                               .submitted_message = "middle sent",
                                               .settled_message = "middle done",
                                               .failure_code = "MIDDLE_FAILED",
                                               .compensation = &kMiddleRefund},
                                       kTwoLegs[1]};

inline std::vector<ledger::Posting> test_postings(const Saga& saga, std::size_t index) {
  const Leg& leg = saga.legs[index];
  std::vector<ledger::Posting> postings{
      {"move", "held:" + std::to_string(index), "outside", leg.source}};
  if (leg.fee.minor > 0) {
    postings.push_back({"fee", "fees:" + leg.provider, "held:" + std::to_string(index), leg.fee});
  }
  return postings;
}

inline std::vector<Leg> test_legs(const Saga& saga) {
  std::vector<Leg> legs;
  for (std::size_t i = 0; i < saga.plan->legs.size(); ++i) {
    Leg leg;
    leg.operation = saga.plan->legs[i].operation;
    leg.operation_id = id_of(static_cast<std::uint8_t>(100 + i));
    leg.source = saga.amount;
    leg.target = saga.amount;
    leg.account = "account" + std::to_string(i);
    leg.fee = {0, saga.amount.currency};
    legs.push_back(std::move(leg));
  }
  return legs;
}

inline constexpr SagaPlan kOneLegPlan{.kind = "test_one",
                                      .legs = kOneLeg,
                                      .postings = test_postings,
                                      .initial_legs = test_legs,
                                      .new_operation_on_retry = false};
/// Its history and postings follow from the row.
inline constexpr SagaPlan kUsualPlan{.kind = "test_one",
                                     .legs = kOneLeg,
                                     .postings = test_postings,
                                     .initial_legs = test_legs,
                                     .new_operation_on_retry = false,
                                     .history_follows = true,
                                     .postings_follow = true};
inline constexpr SagaPlan kTwoLegPlan{
    .kind = "test_two", .legs = kTwoLegs, .postings = test_postings, .initial_legs = test_legs};
inline constexpr SagaPlan kThreeLegPlan{
    .kind = "test_three", .legs = kThreeLegs, .postings = test_postings, .initial_legs = test_legs};

inline Saga new_saga(const SagaPlan& plan, Uuid id = id_of(1)) {
  Saga saga(kTenant);
  saga.id = id;
  saga.plan = &plan;
  saga.amount = {1'000, Currency::USD};
  saga.created_at = kStart;
  saga.updated_at = kStart;
  saga.legs = plan.initial_legs(saga);
  return saga;
}

inline StepContext at(Duration since_start) {
  return {.now = kStart + since_start, .late_effect_window = kGrace, .fresh_id = id_of(200)};
}

inline Outcome outcome(Status status, std::string error = {}) {
  Outcome result;
  result.status = status;
  result.error = std::move(error);
  return result;
}
inline Outcome settled(std::string tx_id = "tx") {
  Outcome result = outcome(Status::settled);
  result.tx_id = std::move(tx_id);
  return result;
}
inline Outcome pending(std::string reference = "ref") {
  Outcome result = outcome(Status::pending);
  result.reference = std::move(reference);
  return result;
}
inline Outcome rejected(std::string error = "no") {
  return outcome(Status::rejected, std::move(error));
}
inline Outcome passing(std::string error = "busy") {
  Outcome result = rejected(std::move(error));
  result.passing = true;
  return result;
}
inline Outcome not_attempted() {
  Outcome result = passing("unreachable");
  result.not_attempted = true;
  return result;
}
inline Outcome answered_5xx() {
  Outcome result = outcome(Status::unknown, "HTTP 500");
  result.answered = true;
  return result;
}
/// By an answer that is not in the words that count.
inline Outcome turned_down(std::string error = "HTTP 403: KYC_REQUIRED") {
  Outcome result = outcome(Status::unknown, std::move(error));
  result.turned_down = true;
  return result;
}
inline Outcome unanswered() { return outcome(Status::unknown, "timeout"); }

inline routing::Choice chosen(std::string provider) {
  routing::Choice choice;
  choice.provider = provider;
  choice.reasons = {{std::move(provider), "chosen", 5}};
  return choice;
}
inline routing::Choice none_of(const std::vector<std::string>& providers) {
  routing::Choice choice;
  for (const std::string& provider : providers) {
    choice.reasons.push_back({provider, "circuit_open", std::nullopt});
  }
  choice.retry_after = milliseconds(200);
  return choice;
}

/// What a runner holds after it saved the choice of `provider`.
inline Saga submitting(Saga saga, const std::string& provider, Duration when = seconds(0)) {
  return on_chosen(std::move(saga), chosen(provider), std::nullopt, at(when), Policy{}).saga;
}

/// A two-leg saga whose onramp settled at "in" as transfer "in-1".
inline Saga after_onramp(const SagaPlan& plan = kTwoLegPlan) {
  Outcome done = settled("onramp-tx");
  done.reference = "in-1";
  return on_submitted(submitting(new_saga(plan), "in"), done, at(seconds(1)), Policy{}).saga;
}

/// A two-leg saga whose offramp failed, its refund still to be made.
inline Saga compensating() {
  return on_submitted(submitting(after_onramp(), "out", seconds(2)),
                      outcome(Status::failed, "account closed"), at(seconds(3)), Policy{})
      .saga;
}

}  // namespace remit::engine
