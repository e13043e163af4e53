// One key, one execution, one answer: the rules by which the claims of a batch are sorted into
// those to be executed and those that are answered with what is kept. The database's part, to
// insert keys and to find what others keep, is idempotent_execution_sql.hpp.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/idempotency/key.hpp"

namespace remit::idempotency {

/// What came out of executing one request: an answer to keep for its key, or a problem that leaves
/// no trace (the key may be used again).
using Execution = Result<Answer>;

using KeyName = std::pair<TenantId, std::string>;

[[nodiscard]] inline KeyName name_of(const Claim& claim) { return {claim.tenant, claim.key}; }

/// What is stored with a key.
struct Kept {
  std::string fingerprint;
  Answer answer;
};

/// The kept answer again, kKeyReused or kDuplicateRequest.
[[nodiscard]] Result<Answer> replay(const Claim& claim, const Kept& kept);

/// The claims whose keys are inserted: of equal ones the first.
[[nodiscard]] std::vector<std::size_t> first_of_each_key(std::span<const Claim> claims);

struct Uses {
  std::vector<std::size_t> fresh;            ///< the claims to execute, in their order
  std::map<KeyName, std::size_t> first_use;  ///< of a key, as an index into `fresh`
};

/// `inserted`: the keys that were not there before.
[[nodiscard]] Uses sort_uses(std::span<const Claim> claims, std::set<KeyName> inserted);

struct Reconciled {
  std::vector<Result<Answer>> results;  ///< one for each claim
  /// Claims without a result: the key's first use, another request, left no trace. They are used
  /// again, by themselves.
  std::vector<std::size_t> left;
};

/// `executions`: one for each of `uses.fresh`. `kept`: what was found for the keys of the others.
[[nodiscard]] Reconciled reconcile(std::span<const Claim> claims, const Uses& uses,
                                   const std::vector<Execution>& executions,
                                   const std::map<KeyName, Kept>& kept);

}  // namespace remit::idempotency
