// The two kinds of payment as tables of legs over the engine, and what each leg posts.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "remit/engine/saga.hpp"
#include "remit/quotes/quote.hpp"

namespace remit::payments {

inline constexpr std::string_view kProcessing = "PROCESSING";
inline constexpr std::string_view kOnrampPending = "ONRAMP_PENDING";
inline constexpr std::string_view kOnrampComplete = "ONRAMP_COMPLETE";
inline constexpr std::string_view kOfframpPending = "OFFRAMP_PENDING";

/// One leg, through a payment processor.
[[nodiscard]] const engine::SagaPlan& charge_plan();
/// Onramp, then offramp; the onramp is refunded when the offramp fails for good.
[[nodiscard]] const engine::SagaPlan& conversion_plan();

/// Null for a kind that is not a payment.
[[nodiscard]] const engine::SagaPlan* plan_of(std::string_view kind);

/// Whether any payment can have this status.
[[nodiscard]] bool is_payment_status(std::string_view status);

/// The legs of a conversion on these terms.
[[nodiscard]] std::vector<engine::Leg> conversion_legs(const quotes::Quote& terms,
                                                       std::string source_account,
                                                       std::string destination_account,
                                                       Uuid onramp_operation,
                                                       Uuid offramp_operation);

}  // namespace remit::payments
