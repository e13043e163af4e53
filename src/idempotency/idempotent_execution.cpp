#include "remit/idempotency/idempotent_execution.hpp"

#include "remit/idempotency/key.hpp"

namespace remit::idempotency {

Result<Answer> replay(const Claim& claim, const Kept& kept) {
  if (claim.fingerprint != kept.fingerprint) {
    return fail(kKeyReused,
                "this Idempotency-Key belongs to a request with another method, path or body");
  }
  if (claim.strict) {
    const std::string what = kept.answer.resource_id.empty() ? "the first answer was a refusal"
                                                             : "it made " + kept.answer.resource_id;
    return fail(kDuplicateRequest, "this request was already carried out: " + what);
  }
  Answer answer = kept.answer;
  answer.replayed = true;
  return answer;
}

std::vector<std::size_t> first_of_each_key(std::span<const Claim> claims) {
  std::vector<std::size_t> firsts;
  std::set<KeyName> seen;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (seen.insert(name_of(claims[i])).second) firsts.push_back(i);
  }
  return firsts;
}

Uses sort_uses(std::span<const Claim> claims, std::set<KeyName> inserted) {
  Uses uses;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (inserted.erase(name_of(claims[i])) == 1) {
      uses.first_use.emplace(name_of(claims[i]), uses.fresh.size());
      uses.fresh.push_back(i);
    }
  }
  return uses;
}

Reconciled reconcile(std::span<const Claim> claims, const Uses& uses,
                     const std::vector<Execution>& executions,
                     const std::map<KeyName, Kept>& kept) {
  Reconciled all;
  all.results.resize(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto used = uses.first_use.find(name_of(claims[i]));
    if (used == uses.first_use.end()) {
      const auto found = kept.find(name_of(claims[i]));
      all.results[i] =
          found == kept.end()
              ? fail(again_later(kRequestInProgress, "the first use is still under way"))
              : replay(claims[i], found->second);
      continue;
    }
    const Execution& execution = executions[used->second];
    const std::size_t first = uses.fresh[used->second];
    if (i != first && execution) {
      all.results[i] = replay(claims[i], {claims[first].fingerprint, *execution});
    } else if (claims[i].fingerprint == claims[first].fingerprint) {
      all.results[i] = execution;
    } else {
      all.left.push_back(i);  // the problem was another request's, which left the key unused
    }
  }
  return all;
}

}  // namespace remit::idempotency
