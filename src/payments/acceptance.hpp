// What becomes of a payment that is asked for, as rules: the saga that is stored, the answer that
// is given, the reasons to refuse. The SQL that finds out is in the *_operations.cpp files.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "remit/engine/saga_row.hpp"
#include "remit/idempotency/idempotent_execution.hpp"
#include "remit/payments/payment.hpp"

namespace remit::payments {

[[nodiscard]] engine::NewSaga new_saga(const ChargeRequest& request);
[[nodiscard]] ConversionDetails new_details(const NewConversion& conversion,
                                            const quotes::Quote& terms);
/// `details`: made of the same two.
[[nodiscard]] engine::NewSaga new_saga(const NewConversion& conversion, const quotes::Quote& terms,
                                       const ConversionDetails& details);

/// The 202 of both kinds, made again byte for byte from what is stored.
[[nodiscard]] idempotency::Answer accepted_answer(Uuid payment_id, Timestamp created_at);

/// What a correlation id already stands for.
struct Existing {
  std::string kind;
  std::optional<Money> amount;  ///< empty: of a currency that only a newer version knows
  Timestamp created_at;
};

/// The first use of a correlation id, stored then.
[[nodiscard]] ChargeAcceptance accepted(const ChargeRequest& request, const engine::Stored& stored);

/// The 202 again, kKeyReused or kDuplicateRequest.
[[nodiscard]] Result<ChargeAcceptance> replay(const ChargeRequest& request,
                                              const Existing& existing);

/// Of the processors that the contract names, whether anything was charged there or not.
[[nodiscard]] Summary empty_summary();

/// Empty: the request is what was quoted.
[[nodiscard]] std::optional<Problem> mismatch(const ConversionRequest& request,
                                              const quotes::Quote& quote);

/// Whether a refusal is about the request itself: kept with the key and given again. Others say
/// something about this moment: the same key may be used for a corrected request.
[[nodiscard]] bool is_kept(const Problem& problem);

/// The answer to keep, or the problem that leaves no trace.
[[nodiscard]] idempotency::Execution refuse(const NewConversion& conversion,
                                            const Problem& problem);

}  // namespace remit::payments
