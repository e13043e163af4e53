#include "simulation/key_operations.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "simulation/tables_storage.hpp"
#include "simulation/transaction.hpp"

namespace remit::simulation {
namespace {

using idempotency::Answer;
using idempotency::Claim;
using idempotency::Execution;
using idempotency::Kept;
using idempotency::KeyName;

Work insert_keys(Transaction* transaction, const std::vector<Claim>* claims,
                 std::set<KeyName>* inserted) {
  co_await transaction->statement();
  std::vector<std::size_t> firsts = idempotency::first_of_each_key(*claims);
  // One order for all batches, so that equal keys queue up instead of deadlocking.
  std::ranges::sort(firsts, {},
                    [claims](std::size_t index) { return idempotency::name_of((*claims)[index]); });
  for (const std::size_t index : firsts) {
    KeyName name = idempotency::name_of((*claims)[index]);
    auto& entry = transaction->storage().keys[name];
    while (!transaction->has(entry, Wish::key) && !entry.is_free()) {
      co_await transaction->wait_for(&entry, Wish::key);
    }
    if (entry.seen_by(*transaction) || !entry.is_held_by(*transaction)) continue;
    entry.set(std::make_shared<const Kept>(Kept{(*claims)[index].fingerprint, {}}));
    inserted->insert(std::move(name));
  }
}

std::map<KeyName, Kept> find_kept(const Transaction& transaction,
                                  const std::vector<Claim>& claims) {
  std::map<KeyName, Kept> kept;
  const auto& keys = transaction.storage().keys;
  for (const Claim& claim : claims) {
    const auto found = keys.find(idempotency::name_of(claim));
    if (found == keys.end()) continue;
    const auto& row = found->second.seen_by(transaction);
    const bool is_answered = row && row->answer.status != 0;
    if (is_answered) kept.emplace(found->first, *row);
  }
  return kept;
}

/// Stores the answers of this batch and forgets the keys whose execution left none.
void finish_keys(Transaction& transaction, const std::vector<Claim>& claims,
                 const idempotency::Uses& uses, const std::vector<Execution>& executions) {
  for (std::size_t i = 0; i < uses.fresh.size(); ++i) {
    const Claim& claim = claims[uses.fresh[i]];
    auto& entry = transaction.storage().keys[idempotency::name_of(claim)];
    entry.set(executions[i] ? std::make_shared<const Kept>(Kept{claim.fingerprint, *executions[i]})
                            : nullptr);
  }
}

}  // namespace

Work execute_once(Transaction* transaction, const std::vector<Claim>* claims,
                  const Execute* execute, std::vector<Result<Answer>>* results) {
  std::set<KeyName> inserted;
  co_await insert_keys(transaction, claims, &inserted);
  co_await transaction->statement();
  const std::map<KeyName, Kept> kept = find_kept(*transaction, *claims);
  const idempotency::Uses uses = idempotency::sort_uses(*claims, std::move(inserted));
  std::vector<Execution> executions(uses.fresh.size());
  if (!uses.fresh.empty()) co_await (*execute)(uses.fresh, &executions);
  co_await transaction->statement();
  finish_keys(*transaction, *claims, uses, executions);
  idempotency::Reconciled all = idempotency::reconcile(*claims, uses, executions, kept);
  if (!all.left.empty()) {
    std::vector<Claim> left;
    for (const std::size_t index : all.left) left.push_back((*claims)[index]);
    const Execute execute_left = [execute, &all](std::vector<std::size_t> indices,
                                                 std::vector<Execution>* made) {
      for (std::size_t& index : indices) index = all.left[index];
      return (*execute)(std::move(indices), made);
    };
    std::vector<Result<Answer>> answers;
    co_await execute_once(transaction, &left, &execute_left, &answers);
    for (std::size_t i = 0; i < left.size(); ++i) {
      all.results[all.left[i]] = std::move(answers[i]);
    }
  }
  *results = std::move(all.results);
}

}  // namespace remit::simulation
