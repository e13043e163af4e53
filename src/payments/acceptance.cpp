#include "acceptance.hpp"

#include <algorithm>
#include <array>

#include "payment_facts.hpp"
#include "remit/idempotency/key.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/payments/conversion_terms.hpp"
#include "remit/payments/payment_machine.hpp"

namespace remit::payments {
namespace {

engine::NewSaga new_saga(Tenant tenant, Uuid id, const engine::SagaPlan& plan, Money amount,
                         Timestamp now, const Origin& origin) {
  engine::NewSaga entry{.saga = engine::Saga(tenant)};
  entry.saga.bucket = tenant.bucket_of(id);
  entry.saga.id = id;
  entry.saga.plan = &plan;
  entry.saga.is_traced = !plan.history_follows;
  entry.saga.amount = amount;
  entry.saga.created_at = now;
  entry.saga.request_id = origin.request_id;
  entry.saga.traceparent = origin.traceparent;
  return entry;
}

}  // namespace

engine::NewSaga new_saga(const ChargeRequest& request) {
  engine::NewSaga entry =
      new_saga(request.tenant, request.correlation_id, charge_plan(), request.amount, request.now,
               request.first ? Origin() : request.origin);
  entry.store_legs = false;
  entry.first = request.first;
  return entry;
}

engine::NewSaga new_saga(const NewConversion& conversion, const quotes::Quote& terms,
                         const ConversionDetails& details) {
  const ConversionRequest& request = conversion.request;
  engine::NewSaga entry = new_saga(request.claim.tenant, conversion.payment_id, conversion_plan(),
                                   terms.amount, request.claim.now, request.origin);
  entry.saga.terms = std::make_shared<ConversionTerms>(terms.fees.platform, terms.rounding,
                                                       shown_terms(details, terms.amount.currency));
  entry.saga.legs = conversion_legs(terms, request.source_account, request.destination_account,
                                    conversion.onramp_operation, conversion.offramp_operation);
  if (request.execute_at) entry.start_after = *request.execute_at - request.claim.now;
  return entry;
}

ConversionDetails new_details(const NewConversion& conversion, const quotes::Quote& terms) {
  const ConversionRequest& request = conversion.request;
  return {.source_account = request.source_account,
          .destination_account = request.destination_account,
          .quote_id = quotes::parse_quote_id(terms.quote_id).value(),
          .rate = terms.rate,
          .payout = terms.guaranteed_payout,
          .platform_fee = terms.fees.platform,
          .onramp_fee = terms.fees.onramp,
          .offramp_fee = terms.fees.offramp,
          .execute_at = request.execute_at,
          .external_id = request.external_id,
          .metadata = request.metadata};
}

idempotency::Answer accepted_answer(Uuid payment_id, Timestamp created_at) {
  const std::string id = payment_id.to_string();
  net::JsonWriter json;
  json.begin_object()
      .member("payment_id", id)
      .member("status", engine::kPending)
      .member("message", "Payment accepted for processing")
      .member("created_at", to_rfc3339(created_at))
      .end_object();
  return {.status = 202, .body = json.take(), .resource_id = id, .location = "/payments/" + id};
}

ChargeAcceptance accepted(const ChargeRequest& request, const engine::Stored& stored) {
  return {accepted_answer(request.correlation_id, engine::created_when_stored(request.now, stored)),
          request.first ? std::optional(stored) : std::nullopt};
}

Result<ChargeAcceptance> replay(const ChargeRequest& request, const Existing& existing) {
  if (existing.kind != charge_plan().kind || existing.amount != request.amount) {
    return fail(idempotency::kKeyReused,
                "this correlationId belongs to a payment of another amount or kind");
  }
  idempotency::Answer answer = accepted_answer(request.correlation_id, existing.created_at);
  if (request.strict) {
    return fail(idempotency::kDuplicateRequest,
                "this charge was already accepted: it made " + answer.resource_id);
  }
  answer.replayed = true;
  return ChargeAcceptance{std::move(answer), std::nullopt};
}

Summary empty_summary() { return {{"default", {}}, {"fallback", {}}}; }

std::optional<Problem> mismatch(const ConversionRequest& request, const quotes::Quote& quote) {
  if (request.amount.minor != quote.amount.minor) {
    return Problem(kQuoteMismatch, "amount is " + std::to_string(request.amount.minor) +
                                       ", the quote's is " + std::to_string(quote.amount.minor));
  }
  if (request.amount.currency != quote.amount.currency &&
      request.amount.currency != quote.payout_currency) {
    return Problem(kQuoteMismatch, "currency is neither of the quote's two");
  }
  if (request.destination_currency && *request.destination_currency != quote.payout_currency) {
    return Problem(kQuoteMismatch, "destination_currency is not the quote's payout currency");
  }
  return std::nullopt;
}

bool is_kept(const Problem& problem) {
  static constexpr std::array kKept{kQuoteMismatch, quotes::kQuoteExpired, quotes::kAmountTooSmall,
                                    kAmountOutOfRange, kCurrencyMismatch};
  return std::ranges::find(kKept, problem.code) != kKept.end();
}

idempotency::Execution refuse(const NewConversion& conversion, const Problem& problem) {
  if (!is_kept(problem)) return fail(problem);
  return idempotency::Answer{
      .status = problem.code.status,
      .body = net::problem_body(problem, conversion.request.problem_request_id),
      .resource_id = {},
      .location = {}};
}

}  // namespace remit::payments
