#include "remit/idempotency/idempotent_execution_sql.hpp"

#include <map>
#include <set>
#include <utility>

#include "remit/storage/columns.hpp"

namespace remit::idempotency {
namespace {

using storage::column;

// A key before its request is executed.
constexpr storage::Column<Claim> kKeyColumns[] = {
    column<Claim, &Claim::tenant>("tenant_id"), column<Claim, &Claim::key>("key"),
    column<Claim, &Claim::fingerprint>("fingerprint"), column<Claim, &Claim::now>("created_at")};

/// The first use of a key, with what came of it.
struct Used {
  const Claim* claim;
  const Answer* answer;
};

constexpr storage::Column<Used> kAnswerColumns[] = {
    column<Used, &Used::claim, &Claim::tenant>("tenant_id"),
    column<Used, &Used::claim, &Claim::key>("key"),
    column<Used, &Used::answer, &Answer::status>("status"),
    column<Used, &Used::answer, &Answer::body>("body"),
    column<Used, &Used::answer, &Answer::resource_id>("resource_id"),
    column<Used, &Used::answer, &Answer::location>("location")};

// Waits for another transaction that is inserting the same key, up to the lane's lock_timeout.
// Sorted, so that two batches with the same keys queue up instead of deadlocking.
const storage::ComposedStatement kInsert("idempotency_insert", R"(
    INSERT INTO idempotency_key (tenant_id, key, fingerprint, created_at)
    SELECT tenant_id, key, decode(fingerprint, 'hex'), created_at
    FROM {keys}
    ORDER BY tenant_id, key
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, key)",
                                         {{"{keys}", storage::unnest(kKeyColumns, "new")}});

constexpr storage::Statement kFind{"idempotency_find", R"(
    SELECT k.tenant_id, k.key, encode(k.fingerprint, 'hex'), k.status, k.body, k.resource_id,
           k.location
    FROM idempotency_key k
    JOIN unnest($1::integer[], $2::text[]) AS wanted (tenant_id, key) USING (tenant_id, key)
    WHERE k.status IS NOT NULL)"};

const storage::ComposedStatement kStore("idempotency_store", R"(
    UPDATE idempotency_key k
    SET status = new.status, body = new.body, resource_id = new.resource_id, location = new.location
    FROM {answers}
    WHERE k.tenant_id = new.tenant_id AND k.key = new.key)",
                                        {{"{answers}", storage::unnest(kAnswerColumns, "new")}});

constexpr storage::Statement kForget{"idempotency_forget", R"(
    DELETE FROM idempotency_key k USING unnest($1::integer[], $2::text[]) AS gone (tenant_id, key)
    WHERE k.tenant_id = gone.tenant_id AND k.key = gone.key)"};

std::set<KeyName> insert_keys(storage::Transaction& transaction, std::span<const Claim> claims) {
  storage::RowArrays<Claim> keys(kKeyColumns);
  for (const std::size_t index : first_of_each_key(claims)) keys.add(claims[index]);
  std::set<KeyName> inserted;
  for (const auto& row : transaction.execute(kInsert, keys)) {
    const auto [tenant, key] = storage::read_row<TenantId, std::string>(row);
    inserted.emplace(tenant, key);
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
  using Text = std::optional<std::string>;
  for (const auto& row : transaction.execute(kFind, tenants, keys)) {
    auto [tenant, key, fingerprint, status, body, resource_id, location] =
        storage::read_row<TenantId, std::string, std::string, int, std::string, Text, Text>(row);
    Answer answer{.status = status,
                  .body = std::move(body),
                  .resource_id = std::move(resource_id).value_or(""),
                  .location = std::move(location).value_or("")};
    kept.emplace(KeyName(tenant, std::move(key)), Kept{std::move(fingerprint), std::move(answer)});
  }
  return kept;
}

/// Stores the answers of this batch and forgets the keys whose execution left none.
void finish_keys(storage::Transaction& transaction, std::span<const Claim> claims,
                 std::span<const std::size_t> fresh, const std::vector<Execution>& executions) {
  storage::RowArrays<Used> answers(kAnswerColumns);
  storage::ArrayParameter gone_tenants, gone_keys;
  std::size_t gone = 0;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Claim& claim = claims[fresh[i]];
    if (executions[i]) {
      answers.add({&claim, &*executions[i]});
    } else {
      gone_tenants.add(claim.tenant);
      gone_keys.add(claim.key);
      ++gone;
    }
  }
  if (gone < fresh.size()) transaction.execute(kStore, answers);
  if (gone > 0) transaction.execute(kForget, gone_tenants, gone_keys);
}

void execute_left(storage::Transaction& transaction, std::span<const Claim> claims,
                  std::span<const std::size_t> left, const Execute& execute,
                  std::vector<Result<Answer>>& results) {
  if (left.empty()) return;
  std::vector<Claim> claims_left;
  claims_left.reserve(left.size());
  for (const std::size_t index : left) claims_left.push_back(claims[index]);
  const auto execute_these = [&execute, left](std::span<const std::size_t> indices) {
    std::vector<std::size_t> originals;
    originals.reserve(indices.size());
    for (const std::size_t index : indices) originals.push_back(left[index]);
    return execute(originals);
  };
  std::vector<Result<Answer>> answers = execute_once(transaction, claims_left, execute_these);
  for (std::size_t i = 0; i < left.size(); ++i) results[left[i]] = std::move(answers[i]);
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

Result<std::optional<Answer>> find_answer(storage::Transaction& transaction, const Claim& claim) {
  const std::map<KeyName, Kept> kept = find_kept(transaction, std::span(&claim, 1));
  if (kept.empty()) return std::optional<Answer>();
  return replay(claim, kept.begin()->second);
}

}  // namespace remit::idempotency
