// Accepting conversions once per key: payments/conversion_operations.cpp again.

#include "remit/payments/conversion_operations.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "acceptance.hpp"
#include "simulation/key_operations.hpp"
#include "simulation/quote_operations.hpp"
#include "simulation/saga_operations.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

using idempotency::Answer;
using idempotency::Claim;
using idempotency::Execution;
using payments::NewConversion;
using Conversions = std::vector<const NewConversion*>;
using Terms = std::vector<std::optional<quotes::Quote>>;

Tables::Key quote_key(const NewConversion& conversion) {
  return {conversion.request.claim.tenant, *conversion.request.quote_id};
}

void refuse(const NewConversion& conversion, const Problem& problem, Execution& execution) {
  execution = payments::refuse(conversion, problem);
}

Work consume(Transaction* transaction, const Conversions* conversions,
             std::vector<std::size_t> named, std::vector<Execution>* executions, Terms* terms) {
  co_await transaction->statement();
  std::vector<std::size_t> consumers;
  std::set<Tables::Key> keys;
  for (const std::size_t index : named) {
    const NewConversion& conversion = *(*conversions)[index];
    const quotes::Quote* quote = find_quote(*transaction, quote_key(conversion));
    const auto problem =
        quote != nullptr ? payments::mismatch(conversion.request, *quote) : std::nullopt;
    if (problem) {
      refuse(conversion, *problem, (*executions)[index]);
    } else {
      consumers.push_back(index);
      keys.insert(quote_key(conversion));
    }
  }
  if (consumers.empty()) co_return;
  std::map<Tables::Key, quotes::Quote> locked;
  co_await lock_quotes(transaction, &keys, &locked);
  for (const std::size_t index : consumers) {
    const NewConversion& conversion = *(*conversions)[index];
    Result<quotes::Quote> taken =
        consume_quote(*transaction, locked, quote_key(conversion), conversion.payment_id,
                      conversion.request.claim.now);
    if (taken) {
      (*terms)[index] = *std::move(taken);
    } else {
      refuse(conversion, taken.error(), (*executions)[index]);
    }
  }
}

/// The terms of each conversion; empty where it was refused.
Work take_quotes(Transaction* transaction, const Conversions* conversions,
                 std::vector<Execution>* executions, Terms* terms) {
  std::vector<std::size_t> named;
  for (std::size_t i = 0; i < conversions->size(); ++i) {
    const NewConversion& conversion = *(*conversions)[i];
    if (conversion.refusal) {
      refuse(conversion, *conversion.refusal, (*executions)[i]);
    } else if (conversion.own_quote) {
      (*terms)[i] = conversion.own_quote;
      (*terms)[i]->payment_id = conversion.payment_id;
      co_await insert_quote(transaction, conversion.request.claim.tenant, *(*terms)[i]);
    } else {
      named.push_back(i);
    }
  }
  if (!named.empty()) {
    co_await consume(transaction, conversions, std::move(named), executions, terms);
  }
}

void insert_details(Transaction& transaction, const NewConversion& conversion,
                    payments::ConversionDetails details) {
  if (details.source_account == details.destination_account || details.payout.minor <= 0 ||
      details.onramp_fee.minor < 0 || details.offramp_fee.minor < 0) {
    throw bad_data();
  }
  auto& entry =
      transaction.storage().conversions[{conversion.request.claim.tenant, conversion.payment_id}];
  // Nothing but a defect can have made it before.
  if (!transaction.has(entry, Wish::key) || entry.seen_by(transaction)) throw bad_data();
  entry.set(std::make_shared<const payments::ConversionDetails>(std::move(details)));
}

Work accept(Transaction* transaction, const Conversions* conversions,
            std::vector<Execution>* executions) {
  Terms terms(conversions->size());
  co_await take_quotes(transaction, conversions, executions, &terms);
  std::vector<engine::NewSaga> sagas;
  std::vector<payments::ConversionDetails> details;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!terms[i]) continue;
    const NewConversion& conversion = *(*conversions)[i];
    details.push_back(payments::new_details(conversion, *terms[i]));
    sagas.push_back(payments::new_saga(conversion, *terms[i], details.back()));
  }
  if (sagas.empty()) co_return;
  engine::Inserted inserted;  // all of them: their ids were made just now
  co_await insert_sagas(transaction, &sagas, &inserted);
  co_await transaction->statement();
  std::size_t stored = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!terms[i]) continue;
    const NewConversion& conversion = *(*conversions)[i];
    insert_details(*transaction, conversion, std::move(details[stored++]));
    const Timestamp created_at =
        engine::created_when_stored(conversion.request.claim.now, inserted.begin()->second);
    (*executions)[i] = payments::accepted_answer(conversion.payment_id, created_at);
  }
}

Work execute_claims(Transaction* transaction, const Conversions* conversions,
                    std::vector<std::size_t> indices, std::vector<Execution>* executions) {
  Conversions fresh;
  for (const std::size_t index : indices) fresh.push_back((*conversions)[index]);
  co_await accept(transaction, &fresh, executions);
}

Work accept_conversion(Transaction* transaction, Slots<payments::AcceptConversion> slots) {
  Conversions conversions;
  std::vector<Claim> claims;
  conversions.reserve(slots.size());
  claims.reserve(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    conversions.push_back(&slots[i].input);
    claims.push_back(slots[i].input.request.claim);
  }
  const Execute execute = [transaction, &conversions](std::vector<std::size_t> indices,
                                                      std::vector<Execution>* executions) {
    return execute_claims(transaction, &conversions, std::move(indices), executions);
  };
  std::vector<Result<Answer>> results;
  co_await execute_once(transaction, &claims, &execute, &results);
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = std::move(results[i]);
}

Work find_answer(Transaction* transaction, Slots<payments::FindAnswer> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    const idempotency::Claim& claim = slots[i].input;
    const auto& keys = transaction->storage().keys;
    const auto found = keys.find(idempotency::name_of(claim));
    if (found == keys.end() || !found->second.committed()) {
      slots[i].output = std::optional<Answer>();
      continue;
    }
    slots[i].output = idempotency::replay(claim, *found->second.committed());
  }
}

}  // namespace

void add_conversion_operations(Operations& operations) {
  operations.add<payments::AcceptConversion, accept_conversion>();
  operations.add<payments::FindAnswer, find_answer>();
}

}  // namespace remit::simulation
