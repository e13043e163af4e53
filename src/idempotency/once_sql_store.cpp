#include <map>
#include <set>
#include <utility>

#include "remit/idempotency/key.hpp"
#include "remit/idempotency/once_sql.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/lanes.hpp"
#include "remit/storage/values.hpp"

namespace remit::idempotency {
namespace {

// Waits for another transaction that is inserting the same key, up to the lane's lock_timeout.
// Sorted, so that two batches with the same keys queue up instead of deadlocking.
constexpr storage::Statement kInsert{"idempotency_insert", R"(
    INSERT INTO idempotency_key (tenant_id, key, fingerprint, created_at)
    SELECT tenant_id, key, decode(fingerprint, 'hex'), created_at
    FROM unnest($1::integer[], $2::text[], $3::text[], $4::timestamptz[])
      AS new (tenant_id, key, fingerprint, created_at)
    ORDER BY tenant_id, key
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, key)"};

constexpr storage::Statement kFind{"idempotency_find", R"(
    SELECT k.tenant_id, k.key, encode(k.fingerprint, 'hex'), k.status, k.body, k.resource_id,
           k.location
    FROM idempotency_key k
    JOIN unnest($1::integer[], $2::text[]) AS wanted (tenant_id, key) USING (tenant_id, key)
    WHERE k.status IS NOT NULL)"};

constexpr storage::Statement kStore{"idempotency_store", R"(
    UPDATE idempotency_key k
    SET status = new.status, body = new.body, resource_id = new.resource_id, location = new.location
    FROM unnest($1::integer[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[])
      AS new (tenant_id, key, status, body, resource_id, location)
    WHERE k.tenant_id = new.tenant_id AND k.key = new.key)"};

constexpr storage::Statement kForget{"idempotency_forget", R"(
    DELETE FROM idempotency_key k USING unnest($1::integer[], $2::text[]) AS gone (tenant_id, key)
    WHERE k.tenant_id = gone.tenant_id AND k.key = gone.key)"};

using KeyName = std::pair<TenantId, std::string>;

struct Kept {
  std::string fingerprint;
  Answer answer;
};

KeyName name_of(const Claim& claim) { return {claim.tenant, claim.key}; }

Result<Answer> answer_again(const Claim& claim, const Kept& kept) {
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

std::set<KeyName> insert_keys(storage::Transaction& transaction, std::span<const Claim> claims) {
  storage::ArrayParameter tenants, keys, fingerprints, instants;
  std::set<KeyName> seen;  // of equal keys the first in the batch is the first use
  for (const Claim& claim : claims) {
    if (!seen.insert(name_of(claim)).second) {
      continue;
    }
    tenants.add(std::int64_t{claim.tenant});
    keys.add(claim.key);
    fingerprints.add(claim.fingerprint);
    instants.add(claim.now);
  }
  std::set<KeyName> inserted;
  for (const auto& row : transaction.execute(kInsert, tenants, keys, fingerprints, instants)) {
    inserted.emplace(storage::read<int>(row[0]), storage::read<std::string>(row[1]));
  }
  return inserted;
}

std::map<KeyName, Kept> find_kept(storage::Transaction& transaction,
                                  std::span<const Claim> claims) {
  storage::ArrayParameter tenants, keys;
  for (const Claim& claim : claims) {
    tenants.add(std::int64_t{claim.tenant});
    keys.add(claim.key);
  }
  std::map<KeyName, Kept> kept;
  using storage::read;
  for (const auto& row : transaction.execute(kFind, tenants, keys)) {
    Answer answer{.status = read<int>(row[3]),
                  .body = read<std::string>(row[4]),
                  .resource_id = read<std::optional<std::string>>(row[5]).value_or(""),
                  .location = read<std::optional<std::string>>(row[6]).value_or("")};
    kept.emplace(KeyName(read<int>(row[0]), read<std::string>(row[1])),
                 Kept{read<std::string>(row[2]), std::move(answer)});
  }
  return kept;
}

/// Stores the answers of this batch and forgets the keys whose execution left none.
void finish_keys(storage::Transaction& transaction, std::span<const Claim> claims,
                 std::span<const std::size_t> fresh, const std::vector<Execution>& executions) {
  storage::ArrayParameter tenants, keys, statuses, bodies, resources, locations, gone_tenants,
      gone_keys;
  bool any_kept = false;
  bool any_gone = false;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Claim& claim = claims[fresh[i]];
    if (!executions[i]) {
      any_gone = true;
      gone_tenants.add(std::int64_t{claim.tenant});
      gone_keys.add(claim.key);
      continue;
    }
    any_kept = true;
    const Answer& answer = *executions[i];
    tenants.add(std::int64_t{claim.tenant});
    keys.add(claim.key);
    statuses.add(answer.status);
    bodies.add(answer.body);
    resources.add(answer.resource_id);
    locations.add(answer.location);
  }
  if (any_kept) {
    transaction.execute(kStore, tenants, keys, statuses, bodies, resources, locations);
  }
  if (any_gone) {
    transaction.execute(kForget, gone_tenants, gone_keys);
  }
}

void execute_left(storage::Transaction& transaction, std::span<const Claim> claims,
                  std::span<const std::size_t> left, const Execute& execute,
                  std::vector<Result<Answer>>& results) {
  if (left.empty()) {
    return;
  }
  std::vector<Claim> claims_left;
  claims_left.reserve(left.size());
  for (const std::size_t index : left) {
    claims_left.push_back(claims[index]);
  }
  const auto execute_these = [&execute, left](std::span<const std::size_t> indices) {
    std::vector<std::size_t> originals;
    originals.reserve(indices.size());
    for (const std::size_t index : indices) {
      originals.push_back(left[index]);
    }
    return execute(originals);
  };
  std::vector<Result<Answer>> answers = execute_once(transaction, claims_left, execute_these);
  for (std::size_t i = 0; i < left.size(); ++i) {
    results[left[i]] = std::move(answers[i]);
  }
}

}  // namespace

std::vector<Result<Answer>> execute_once(storage::Transaction& transaction,
                                         std::span<const Claim> claims, const Execute& execute) {
  std::set<KeyName> inserted = insert_keys(transaction, claims);
  // Read after inserting: what blocked the insertion has committed by now.
  std::map<KeyName, Kept> kept = find_kept(transaction, claims);
  std::vector<std::size_t> fresh;
  std::map<KeyName, std::size_t> first_use;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (inserted.erase(name_of(claims[i])) == 1) {
      first_use.emplace(name_of(claims[i]), fresh.size());
      fresh.push_back(i);
    }
  }
  const std::vector<Execution> executions =
      fresh.empty() ? std::vector<Execution>{} : execute(fresh);
  finish_keys(transaction, claims, fresh, executions);

  std::vector<Result<Answer>> results(claims.size());
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto used = first_use.find(name_of(claims[i]));
    if (used == first_use.end()) {
      const auto found = kept.find(name_of(claims[i]));
      results[i] = found == kept.end()
                       ? fail(storage::in_progress("the first use is still under way"))
                       : answer_again(claims[i], found->second);
      continue;
    }
    const Execution& execution = executions[used->second];
    const std::size_t first = fresh[used->second];
    if (i != first && execution) {
      results[i] = answer_again(claims[i], {claims[first].fingerprint, *execution});
    } else if (claims[i].fingerprint == claims[first].fingerprint) {
      results[i] = execution;
    } else {
      left.push_back(i);  // the problem was another request's, which left the key unused
    }
  }
  execute_left(transaction, claims, left, execute, results);
  return results;
}

std::optional<Result<Answer>> find_answer(storage::Transaction& transaction, const Claim& claim) {
  const std::map<KeyName, Kept> kept = find_kept(transaction, std::span(&claim, 1));
  if (kept.empty()) {
    return std::nullopt;
  }
  return answer_again(claim, kept.begin()->second);
}

}  // namespace remit::idempotency
