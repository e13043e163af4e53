#include "remit/idempotency/idempotent_execution_sql.hpp"

#include <map>
#include <set>
#include <utility>

#include "remit/storage/by_bucket.hpp"
#include "remit/storage/columns.hpp"

namespace remit::idempotency {
namespace {

using storage::column;

// A key before its request is executed.
constexpr storage::Column<Claim> kKeyColumns[] = {
    column<Claim, &Claim::tenant, &Tenant::id>("tenant_id"), column<Claim, &Claim::key>("key"),
    column<Claim, &Claim::fingerprint>("fingerprint"), column<Claim, &Claim::now>("created_at")};

/// The first use of a key, with what came of it.
struct Used {
  const Claim* claim;
  const Answer* answer;
};

constexpr storage::Column<Used> kAnswerColumns[] = {
    column<Used, &Used::claim, &Claim::tenant, &Tenant::id>("tenant_id"),
    column<Used, &Used::claim, &Claim::key>("key"),
    column<Used, &Used::answer, &Answer::status>("status"),
    column<Used, &Used::answer, &Answer::body>("body"),
    column<Used, &Used::answer, &Answer::resource_id>("resource_id"),
    column<Used, &Used::answer, &Answer::location>("location")};

// Waits for another transaction that is inserting the same key, up to the lane's lock_timeout.
// Sorted, so that two batches with the same keys queue up instead of deadlocking.
const storage::ComposedStatement kInsert("idempotency_insert", R"(
    INSERT INTO idempotency_key (bucket, tenant_id, key, fingerprint, created_at)
    SELECT {bucket}, tenant_id, key, decode(fingerprint, 'hex'), created_at
    FROM {keys}
    ORDER BY tenant_id, key
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, key)",
                                         {{"{bucket}", storage::parameter("smallint")},
                                          {"{keys}", storage::unnest(kKeyColumns, "new")}});

constexpr storage::Statement kFind{"idempotency_find", R"(
    SELECT k.tenant_id, k.key, encode(k.fingerprint, 'hex'), k.status, k.body, k.resource_id,
           k.location
    FROM idempotency_key k
    JOIN unnest($2::integer[], $3::text[]) AS wanted (tenant_id, key) USING (tenant_id, key)
    WHERE k.bucket = $1::smallint AND k.status IS NOT NULL)"};

const storage::ComposedStatement kStore("idempotency_store", R"(
    UPDATE idempotency_key k
    SET status = new.status, body = new.body, resource_id = new.resource_id, location = new.location
    FROM {answers}
    WHERE k.bucket = {bucket} AND k.tenant_id = new.tenant_id AND k.key = new.key)",
                                        {{"{answers}", storage::unnest(kAnswerColumns, "new")},
                                         {"{bucket}", storage::parameter("smallint")}});

constexpr storage::Statement kForget{"idempotency_forget", R"(
    DELETE FROM idempotency_key k USING unnest($2::integer[], $3::text[]) AS gone (tenant_id, key)
    WHERE k.bucket = $1::smallint AND k.tenant_id = gone.tenant_id AND k.key = gone.key)"};

/// As arguments of a statement.
struct KeyArrays {
  KeyArrays(std::span<const Claim> claims, std::span<const std::size_t> indices) {
    for (const std::size_t index : indices) {
      tenants.add(claims[index].tenant);
      keys.add(claims[index].key);
    }
  }
  storage::ArrayParameter tenants, keys;
};

/// Those of `indices` into the claims, by bucket.
storage::ByBucket by_bucket(std::span<const Claim> claims, std::span<const std::size_t> indices) {
  storage::ByBucket grouped;
  for (const std::size_t index : indices) grouped[claims[index].bucket()].push_back(index);
  return grouped;
}

std::set<KeyName> insert_keys(storage::Transaction& transaction, std::span<const Claim> claims) {
  std::set<KeyName> inserted;
  for (const auto& [bucket, indices] : by_bucket(claims, first_of_each_key(claims))) {
    storage::RowArrays<Claim> keys(kKeyColumns);
    for (const std::size_t index : indices) keys.add(claims[index]);
    for (const auto& row : transaction.execute(kInsert, bucket, keys)) {
      const auto [tenant, key] = storage::read_row<TenantId, std::string>(row);
      inserted.emplace(tenant, key);
    }
  }
  return inserted;
}

std::pair<KeyName, Kept> read_kept(const pqxx::row& row) {
  using Text = std::optional<std::string>;
  auto [tenant, key, fingerprint, status, body, resource_id, location] =
      storage::read_row<TenantId, std::string, std::string, int, std::string, Text, Text>(row);
  Answer answer{.status = status,
                .body = std::move(body),
                .resource_id = std::move(resource_id).value_or(""),
                .location = std::move(location).value_or("")};
  return {KeyName(tenant, std::move(key)), Kept{std::move(fingerprint), std::move(answer)}};
}

std::map<KeyName, Kept> find_kept(storage::Transaction& transaction,
                                  std::span<const Claim> claims) {
  std::map<KeyName, Kept> kept;
  for (const auto& [bucket, indices] : storage::by_bucket(claims, &Claim::bucket)) {
    const KeyArrays wanted(claims, indices);
    for (const auto& row : transaction.execute(kFind, bucket, wanted.tenants, wanted.keys)) {
      kept.insert(read_kept(row));
    }
  }
  return kept;
}

/// Stores the answers of this batch and forgets the keys whose execution left none.
void finish_keys(storage::Transaction& transaction, std::span<const Claim> claims,
                 std::span<const std::size_t> fresh, const std::vector<Execution>& executions) {
  std::map<Bucket, storage::RowArrays<Used>> answers;
  std::vector<std::size_t> gone;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Claim& claim = claims[fresh[i]];
    if (executions[i]) {
      const auto own = answers.try_emplace(claim.bucket(), kAnswerColumns).first;
      own->second.add({&claim, &*executions[i]});
    } else {
      gone.push_back(fresh[i]);
    }
  }
  for (const auto& [bucket, own] : answers) transaction.execute(kStore, own, bucket);
  for (const auto& [bucket, indices] : by_bucket(claims, gone)) {
    const KeyArrays own(claims, indices);
    transaction.execute(kForget, bucket, own.tenants, own.keys);
  }
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
