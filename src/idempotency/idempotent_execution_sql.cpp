#include "remit/idempotency/idempotent_execution_sql.hpp"

#include <map>
#include <set>
#include <utility>

#include "remit/storage/array_parameter.hpp"
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

std::set<KeyName> insert_keys(storage::Transaction& transaction, std::span<const Claim> claims) {
  storage::ArrayParameter tenants, keys, fingerprints, instants;
  for (const std::size_t index : first_of_each_key(claims)) {
    const Claim& claim = claims[index];
    tenants.add(claim.tenant);
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
    tenants.add(claim.tenant);
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
      gone_tenants.add(claim.tenant);
      gone_keys.add(claim.key);
      continue;
    }
    any_kept = true;
    const Answer& answer = *executions[i];
    tenants.add(claim.tenant);
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
  const std::map<KeyName, Kept> kept = find_kept(transaction, claims);
  const Uses uses = sort_uses(claims, std::move(inserted));
  const std::vector<Execution> executions =
      uses.fresh.empty() ? std::vector<Execution>{} : execute(uses.fresh);
  finish_keys(transaction, claims, uses.fresh, executions);
  Reconciled all = reconcile(claims, uses, executions, kept);
  execute_left(transaction, claims, all.left, execute, all.results);
  return std::move(all.results);
}

std::optional<Result<Answer>> find_answer(storage::Transaction& transaction, const Claim& claim) {
  const std::map<KeyName, Kept> kept = find_kept(transaction, std::span(&claim, 1));
  if (kept.empty()) {
    return std::nullopt;
  }
  return replay(claim, kept.begin()->second);
}

}  // namespace remit::idempotency
