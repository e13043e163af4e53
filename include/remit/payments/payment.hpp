// A payment: what is requested, what is stored, what is listed. Values; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "remit/engine/outlook.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/idempotency/key.hpp"
#include "remit/quotes/quote.hpp"

namespace remit::payments {

inline constexpr ProblemCode kPaymentNotFound{"PAYMENT_NOT_FOUND", 404, "There is no such payment"};
inline constexpr ProblemCode kQuoteMismatch{"QUOTE_MISMATCH", 422,
                                            "The payment is not what was quoted"};

/// Where a request came from, as far as the client said.
struct Origin {
  std::string request_id;   ///< empty when the server made it
  std::string traceparent;  ///< empty when there was none
};

/// POST /payments with a correlationId.
struct ChargeRequest {
  Tenant tenant;
  Uuid correlation_id;
  Money amount;
  bool strict = false;
  Timestamp now;
  Origin origin;
  /// Its first step, when it is begun as it is stored.
  std::shared_ptr<const engine::FirstStep> first = nullptr;
};

/// The answer to a charge; and, when it was stored with its first step, when.
struct ChargeAcceptance {
  idempotency::Answer answer;
  std::optional<engine::Stored> begun;
};

/// POST /payments without one.
struct ConversionRequest {
  explicit ConversionRequest(idempotency::Claim used) : claim(std::move(used)) {}

  idempotency::Claim claim;
  Money amount;
  std::string source_account;
  std::string destination_account;
  std::optional<Uuid> quote_id;
  /// Null: the currency of the amount, or the quote's.
  std::optional<Currency> destination_currency;
  std::string external_id;
  std::string metadata;  ///< a JSON object, or empty
  std::optional<Timestamp> execute_at;
  /// Why a first use is refused although a repeat of it is not: its time has come and gone.
  std::optional<Problem> too_late;
  std::string problem_request_id;  ///< of the request, for a refusal that is kept
  Origin origin;
};

/// A conversion ready to be stored: with ids made and, when it named no quote, one made for it.
struct NewConversion {
  explicit NewConversion(ConversionRequest asked_for) : request(std::move(asked_for)) {}

  ConversionRequest request;
  Uuid payment_id;
  Uuid onramp_operation;
  Uuid offramp_operation;
  std::optional<quotes::Quote> own_quote;
  /// Set instead: no quote can be made for it; a business refusal, kept with the key.
  std::optional<Problem> refusal;
};

struct ConversionDetails {
  std::string source_account;
  std::string destination_account;
  Uuid quote_id;
  Rate rate;
  Money payout;
  Money platform_fee;
  Money onramp_fee;
  Money offramp_fee;
  std::optional<Timestamp> execute_at;
  std::string external_id;  ///< or empty
  std::string metadata;     ///< a JSON object, or empty
};

struct HistoryEntry {
  std::string from;
  std::string to;
  std::string message;
  Timestamp at;
};

/// The stored columns of a payment that this version cannot read, shown instead.
struct PlainColumns {
  std::string currency;
  std::string payout_currency;
  std::string provider;
  std::optional<Timestamp> submitted_at;
};

struct Payment {
  engine::Saga saga;
  std::optional<ConversionDetails> conversion = std::nullopt;  ///< empty: a charge
  std::vector<HistoryEntry> history = {};
  /// Set when it cannot be read whole: then the currencies of its amounts are not to be trusted.
  std::optional<PlainColumns> plain = std::nullopt;
};

/// A payment with the choices made for it and, while it waits for a provider, why.
struct PaymentRouting {
  Payment payment;
  std::optional<engine::Outlook> outlook;
};

/// Newest first; `before` is the position of the last one already seen.
struct ListRequest {
  explicit ListRequest(Tenant owner) : tenant(owner) {}

  Tenant tenant;
  std::optional<std::string> status;
  std::optional<std::string> kind;
  std::optional<Timestamp> created_from;
  std::optional<Timestamp> created_to;
  std::optional<std::string> external_id;
  std::optional<std::pair<Timestamp, Uuid>> before;
  std::int64_t limit = 20;
};

/// Charges of one currency: earlier ones in another currency cannot be added.
struct SummaryRequest {
  Tenant tenant;
  Currency currency = Currency::BRL;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
};

struct ProcessorTotal {
  std::int64_t requests = 0;
  std::int64_t amount_minor = 0;  ///< in the currency that was asked for
};

/// By processor.
using Summary = std::map<std::string, ProcessorTotal>;

}  // namespace remit::payments
