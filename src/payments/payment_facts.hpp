// What is told of payments: docs/events.md. Pure; any thread.
#pragma once

#include <string>

#include "remit/engine/saga.hpp"
#include "remit/payments/payment.hpp"

namespace remit::payments {

extern const engine::FactPlan kChargeFacts;
extern const engine::FactPlan kConversionFacts;

/// What `ConversionTerms::shown` is for these.
[[nodiscard]] std::string shown_terms(const ConversionDetails& details, Currency paid);

}  // namespace remit::payments
