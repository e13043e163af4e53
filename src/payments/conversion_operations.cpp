#include "remit/payments/conversion_operations.hpp"

#include <utility>

#include "acceptance.hpp"
#include "conversion_sql.hpp"
#include "remit/engine/saga_sql.hpp"
#include "remit/idempotency/idempotent_execution_sql.hpp"
#include "remit/quotes/quote_sql.hpp"

namespace remit::payments {
namespace {

using idempotency::Answer;
using idempotency::Execution;

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
  [[nodiscard]] static Tenant tenant_of(const NewConversion& conversion) {
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
    if (!own.empty()) quotes::insert_quotes(transaction_, own);
    if (!named.empty()) consume(named, quotes::find_quotes(transaction_, keys), terms);
    return terms;
  }

  void consume(const std::vector<std::size_t>& named, const std::vector<quotes::FoundQuote>& found,
               std::vector<std::optional<quotes::Quote>>& terms) {
    std::vector<quotes::Consumption> consumptions;
    std::vector<std::size_t> consumers;
    for (std::size_t i = 0; i < named.size(); ++i) {
      const NewConversion& conversion = *conversions_[named[i]];
      std::optional<Problem> problem;
      if (!found[i]) {
        problem = found[i].error();
      } else if (*found[i]) {
        problem = mismatch(conversion.request, **found[i]);
      }
      if (problem) {
        executions_[named[i]] = refuse(conversion, *problem);
        continue;
      }
      consumers.push_back(named[i]);
      consumptions.push_back({tenant_of(conversion), *conversion.request.quote_id,
                              conversion.payment_id, conversion.request.claim.now});
    }
    if (consumptions.empty()) return;
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
    std::vector<ConversionRow> rows;
    for (std::size_t i = 0; i < conversions_.size(); ++i) {
      if (!terms[i]) continue;
      const NewConversion& conversion = *conversions_[i];
      ConversionDetails details = new_details(conversion, *terms[i]);
      sagas.push_back(new_saga(conversion, *terms[i], details));
      std::string payout_currency(to_string(details.payout.currency));
      rows.push_back({.bucket = tenant_of(conversion).bucket_of(conversion.payment_id),
                      .tenant = tenant_of(conversion),
                      .payment_id = conversion.payment_id,
                      .details = std::move(details),
                      .payout_currency = std::move(payout_currency)});
    }
    if (!sagas.empty()) {
      // All are new: their ids were made just now.
      const engine::Inserted inserted = engine::insert_sagas(transaction_, sagas);
      answer(terms, inserted.at({sagas.front().saga.tenant, sagas.front().saga.id}));
      insert_conversions(transaction_, rows);
    }
  }

  void answer(const std::vector<std::optional<quotes::Quote>>& terms,
              const engine::Stored& stored) {
    for (std::size_t i = 0; i < conversions_.size(); ++i) {
      if (!terms[i]) continue;
      const NewConversion& accepted = *conversions_[i];
      const Timestamp now = accepted.request.claim.now;
      executions_[i] =
          accepted_answer(accepted.payment_id, engine::created_when_stored(now, stored));
    }
  }

  storage::Transaction& transaction_;
  std::vector<const NewConversion*> conversions_;
  std::vector<Execution> executions_;
};

}  // namespace

void AcceptConversion::execute(storage::Transaction& transaction,
                               storage::Slots<AcceptConversion> slots) {
  std::vector<idempotency::Claim> claims;
  claims.reserve(slots.size());
  for (const auto& slot : slots) claims.push_back(slot.input.request.claim);
  const auto execute_fresh = [&transaction, slots](std::span<const std::size_t> indices) {
    std::vector<const NewConversion*> fresh;
    fresh.reserve(indices.size());
    for (const std::size_t index : indices) fresh.push_back(&slots[index].input);
    return Acceptance(transaction, std::move(fresh)).run();
  };
  std::vector<Result<Answer>> answers =
      idempotency::execute_once(transaction, claims, execute_fresh);
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = std::move(answers[i]);
}

void FindAnswer::execute(storage::Transaction& transaction, storage::Slots<FindAnswer> slots) {
  for (auto& slot : slots) {
    slot.output = idempotency::find_answer(transaction, slot.input);
  }
}

}  // namespace remit::payments
