#include <map>
#include <utility>

#include "operations.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/idempotency/once_sql.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/quotes/quote_sql.hpp"
#include "remit/storage/array_parameter.hpp"

namespace remit::payments {
namespace {

constexpr storage::Statement kInsert{"conversion_insert", R"(
    INSERT INTO conversion (tenant_id, payment_id, source_account, destination_account, quote_id,
                            exchange_rate, onramp_fee, offramp_fee, payout_amount, payout_currency,
                            execute_at, external_id, metadata)
    SELECT tenant_id, payment_id, source_account, destination_account, quote_id, exchange_rate,
           onramp_fee, offramp_fee, payout_amount, payout_currency, execute_at, external_id,
           metadata::jsonb
    FROM unnest($1::integer[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::bigint[],
                $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::timestamptz[],
                $12::text[], $13::text[])
      AS new (tenant_id, payment_id, source_account, destination_account, quote_id, exchange_rate,
              onramp_fee, offramp_fee, payout_amount, payout_currency, execute_at, external_id,
              metadata))"};

using idempotency::Answer;
using idempotency::Execution;

/// A refusal that is a result of execution: kept with the key and given again.
Answer refusal(const NewConversion& conversion, const Problem& problem) {
  return {.status = problem.code.status,
          .body = net::problem_body(problem, conversion.request.problem_request_id),
          .resource_id = {},
          .location = {}};
}

/// 409 says something about this moment, not about the request: it is not kept.
Execution refuse(const NewConversion& conversion, const Problem& problem) {
  if (problem.code.status == 409) {
    return fail(problem);
  }
  return refusal(conversion, problem);
}

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

class Acceptance {
 public:
  Acceptance(storage::Transaction& transaction, std::vector<const NewConversion*> conversions)
      : transaction_(transaction),
        conversions_(std::move(conversions)),
        executions_(conversions_.size()) {}

  std::vector<Execution> run() {
    std::vector<std::optional<quotes::Quote>> terms = take_quotes();
    store(terms);
    return std::move(executions_);
  }

 private:
  [[nodiscard]] static TenantId tenant_of(const NewConversion& conversion) {
    return conversion.request.claim.tenant;
  }

  /// The terms of each conversion; empty where it was refused.
  std::vector<std::optional<quotes::Quote>> take_quotes() {
    std::vector<std::optional<quotes::Quote>> terms(conversions_.size());
    std::vector<quotes::StoredQuote> own;
    std::vector<quotes::QuoteKey> keys;
    std::vector<std::size_t> named;
    for (std::size_t i = 0; i < conversions_.size(); ++i) {
      const NewConversion& conversion = *conversions_[i];
      if (conversion.refusal) {
        executions_[i] = refuse(conversion, *conversion.refusal);
      } else if (conversion.own_quote) {
        terms[i] = conversion.own_quote;
        terms[i]->payment_id = conversion.payment_id;
        own.push_back({tenant_of(conversion), *terms[i]});
      } else {
        named.push_back(i);
        keys.push_back({tenant_of(conversion), *conversion.request.quote_id});
      }
    }
    if (!own.empty()) {
      quotes::insert_quotes(transaction_, own);
    }
    if (!named.empty()) {
      consume(named, quotes::find_quotes(transaction_, keys), terms);
    }
    return terms;
  }

  void consume(const std::vector<std::size_t>& named,
               const std::vector<std::optional<quotes::Quote>>& found,
               std::vector<std::optional<quotes::Quote>>& terms) {
    std::vector<quotes::Consumption> consumptions;
    std::vector<std::size_t> consumers;
    for (std::size_t i = 0; i < named.size(); ++i) {
      const NewConversion& conversion = *conversions_[named[i]];
      const auto problem = found[i] ? mismatch(conversion.request, *found[i]) : std::nullopt;
      if (problem) {
        executions_[named[i]] = refuse(conversion, *problem);
        continue;
      }
      consumers.push_back(named[i]);
      consumptions.push_back({tenant_of(conversion), *conversion.request.quote_id,
                              conversion.payment_id, conversion.request.claim.now});
    }
    if (consumptions.empty()) {
      return;
    }
    const auto consumed = quotes::consume_quotes(transaction_, consumptions);
    for (std::size_t i = 0; i < consumers.size(); ++i) {
      if (consumed[i]) {
        terms[consumers[i]] = *consumed[i];
      } else {
        executions_[consumers[i]] = refuse(*conversions_[consumers[i]], consumed[i].error());
      }
    }
  }

  void store(const std::vector<std::optional<quotes::Quote>>& terms) {
    std::vector<engine::NewSaga> sagas;
    sagas.reserve(conversions_.size());
    std::vector<const engine::NewSaga*> pointers;
    storage::ArrayParameter tenants, ids, sources, destinations, quote_ids, rates, onramp_fees,
        offramp_fees, payouts, currencies, execute_ats, external_ids, metadata;
    for (std::size_t i = 0; i < conversions_.size(); ++i) {
      if (!terms[i]) {
        continue;
      }
      const NewConversion& conversion = *conversions_[i];
      const ConversionRequest& request = conversion.request;
      sagas.push_back(new_saga(conversion, *terms[i]));
      pointers.push_back(&sagas.back());
      tenants.add(std::int64_t{request.claim.tenant});
      ids.add(conversion.payment_id);
      sources.add(request.source_account);
      destinations.add(request.destination_account);
      quote_ids.add(quotes::parse_quote_id(terms[i]->quote_id));
      rates.add(terms[i]->rate.scaled());
      onramp_fees.add(terms[i]->fees.onramp.minor);
      offramp_fees.add(terms[i]->fees.offramp.minor);
      payouts.add(terms[i]->guaranteed_payout.minor);
      currencies.add(to_string(terms[i]->payout_currency));
      execute_ats.add(request.execute_at);
      external_ids.add_unless_empty(request.external_id);
      metadata.add_unless_empty(request.metadata);
      executions_[i] = accepted_answer(conversion.payment_id, request.claim.now);
    }
    if (!pointers.empty()) {
      static_cast<void>(
          engine::insert_sagas(transaction_, pointers));  // their ids were made just now
      transaction_.execute(kInsert, tenants, ids, sources, destinations, quote_ids, rates,
                           onramp_fees, offramp_fees, payouts, currencies, execute_ats,
                           external_ids, metadata);
    }
  }

  static engine::NewSaga new_saga(const NewConversion& conversion, const quotes::Quote& terms) {
    const ConversionRequest& request = conversion.request;
    engine::NewSaga entry;
    entry.saga.tenant = request.claim.tenant;
    entry.saga.id = conversion.payment_id;
    entry.saga.plan = &conversion_plan();
    entry.saga.amount = terms.amount;
    entry.saga.platform_fee = terms.fees.platform;
    entry.saga.rounding = terms.rounding;
    entry.saga.legs = conversion_legs(terms, request.source_account, request.destination_account,
                                      conversion.onramp_operation, conversion.offramp_operation);
    entry.saga.created_at = request.claim.now;
    entry.saga.request_id = request.origin.request_id;
    entry.saga.traceparent = request.origin.traceparent;
    if (request.execute_at) {
      entry.start_after = *request.execute_at - request.claim.now;
    }
    return entry;
  }

  storage::Transaction& transaction_;
  std::vector<const NewConversion*> conversions_;
  std::vector<Execution> executions_;
};

}  // namespace

void AcceptConversions::execute(storage::Transaction& transaction,
                                std::span<storage::Slot<AcceptConversions>> slots) {
  std::vector<idempotency::Claim> claims;
  claims.reserve(slots.size());
  for (const auto& slot : slots) {
    claims.push_back(slot.input.request.claim);
  }
  const auto execute_fresh = [&transaction, slots](std::span<const std::size_t> indices) {
    std::vector<const NewConversion*> fresh;
    fresh.reserve(indices.size());
    for (const std::size_t index : indices) {
      fresh.push_back(&slots[index].input);
    }
    return Acceptance(transaction, std::move(fresh)).run();
  };
  std::vector<Result<Answer>> answers =
      idempotency::execute_once(transaction, claims, execute_fresh);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    slots[i].output = std::move(answers[i]);
  }
}

void FindAnswers::execute(storage::Transaction& transaction,
                          std::span<storage::Slot<FindAnswers>> slots) {
  for (auto& slot : slots) {
    std::optional<Result<Answer>> found = idempotency::find_answer(transaction, slot.input);
    if (!found) {
      slot.output = std::optional<Answer>();
    } else if (*found) {
      slot.output = std::optional(std::move(**found));
    } else {
      slot.output = fail(found->error());
    }
  }
}

}  // namespace remit::payments
