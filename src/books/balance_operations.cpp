#include "remit/books/balance_operations.hpp"

#include <algorithm>
#include <map>

#include "remit/storage/columns.hpp"

namespace remit::books {
namespace {

using storage::column;
using storage::Statement;
using storage::Transaction;

// Totals, what was posted to and from wallets since, and the wallets: one statement, so that all of
// it is of one snapshot. There is a row without a currency when there is none.
constexpr Statement kHome{"ledger_balance", R"(
    WITH bound AS (
      SELECT coalesce((SELECT through_posting FROM ledger_total_bound
                       WHERE bucket = $1 AND tenant_id = $2), 0) AS through),
    parts AS (
      SELECT currency, postings, amount, to_wallets - from_wallets AS entries, 0 AS balances,
             0 AS reserved
      FROM ledger_total WHERE bucket = $1 AND tenant_id = $2
      UNION ALL
      SELECT currency, count(*), sum(amount),
             sum(CASE WHEN to_wallet IS NULL THEN 0 ELSE amount END
                 - CASE WHEN from_wallet IS NULL THEN 0 ELSE amount END), 0, 0
      FROM wallet_posting
      WHERE bucket = $1 AND tenant_id = $2 AND posting_id > (SELECT through FROM bound)
      GROUP BY currency
      UNION ALL
      SELECT currency, 0, 0, 0, sum(balance), sum(reserved)
      FROM wallet WHERE bucket = $1 AND tenant_id = $2
      GROUP BY currency)
    SELECT bound.through, now() AS at, p.*
    FROM bound LEFT JOIN (
      SELECT currency, sum(postings)::bigint AS postings, sum(amount)::bigint AS amount,
             sum(entries)::bigint AS entries, sum(balances)::bigint AS balances,
             sum(reserved)::bigint AS reserved
      FROM parts GROUP BY currency) p ON true)"};

// Postings of payments have two accounts that are no wallets, and only add to both sides.
constexpr Statement kPayments{"ledger_balance_payments", R"(
    SELECT currency, count(*) AS postings, sum(amount)::bigint AS amount
    FROM posting WHERE bucket = $1 AND tenant_id = $2 AND posting_id > $3
    GROUP BY currency)"};

constexpr storage::Column<TrialBalance> kSumColumns[] = {
    column<TrialBalance, &TrialBalance::currency>("currency"),
    column<TrialBalance, &TrialBalance::postings>("postings"),
    column<TrialBalance, &TrialBalance::debits>("amount")};

constexpr storage::Column<TrialBalance> kWalletColumns[] = {
    column<TrialBalance, &TrialBalance::entries>("entries"),
    column<TrialBalance, &TrialBalance::balances>("balances"),
    column<TrialBalance, &TrialBalance::reserved>("reserved")};

FindTrialBalance::Output find_balance(Transaction& transaction, const Tenant& tenant) {
  std::map<Currency, TrialBalance> found;
  const pqxx::result home = transaction.execute(kHome, tenant.home(), tenant.id());
  const auto through = storage::read<std::int64_t>(home.front()["through"]);
  const storage::RowReader<TrialBalance> sums(kSumColumns, home);
  const storage::RowReader<TrialBalance> wallets(kWalletColumns, home);
  for (const auto& row : home) {
    if (row["currency"].is_null()) continue;
    const TrialBalance sum = wallets.read(row, sums.read(row, {}));
    found.emplace(sum.currency, sum);
  }
  for (const Bucket bucket : tenant.buckets()) {
    const pqxx::result rows = transaction.execute(kPayments, bucket, tenant.id(), through);
    const storage::RowReader<TrialBalance> reader(kSumColumns, rows);
    for (const auto& row : rows) {
      const TrialBalance sum = reader.read(row, {});
      TrialBalance& its = found.try_emplace(sum.currency).first->second;
      its.currency = sum.currency;
      its.postings += sum.postings;
      its.debits += sum.debits;
    }
  }
  FindTrialBalance::Output output{.at = storage::read<Timestamp>(home.front()["at"]),
                                  .currencies = {}};
  for (auto& [currency, sum] : found) {
    sum.credits = sum.debits;  // A posting has one amount, for both of its sides.
    output.currencies.push_back(sum);
  }
  return output;
}

// Of two that want to add at once one goes away. Up to the last checkpoint all is committed.
constexpr Statement kLock{"ledger_total_lock", R"(
    SELECT b.through_posting,
           coalesce((SELECT max(through_posting) FROM ledger_checkpoint
                     WHERE bucket = $1 AND tenant_id = $2), 0)
    FROM ledger_total_bound b WHERE b.bucket = $1 AND b.tenant_id = $2
    FOR UPDATE OF b SKIP LOCKED)"};

constexpr Statement kBegin{"ledger_total_begin", R"(
    INSERT INTO ledger_total_bound (bucket, tenant_id, through_posting)
    SELECT $1::smallint, $2::integer, 0
    WHERE EXISTS (SELECT 1 FROM ledger_checkpoint WHERE bucket = $1 AND tenant_id = $2)
    ON CONFLICT DO NOTHING)"};

constexpr Statement kEndOfWallets{"ledger_total_end_wallets", R"(
    SELECT posting_id FROM wallet_posting
    WHERE bucket = $1 AND tenant_id = $2 AND posting_id > $3
    ORDER BY posting_id OFFSET $4::bigint LIMIT 1)"};

constexpr Statement kEndOfPayments{"ledger_total_end_payments", R"(
    SELECT posting_id FROM posting
    WHERE bucket = $1 AND tenant_id = $2 AND posting_id > $3
    ORDER BY posting_id OFFSET $4::bigint LIMIT 1)"};

/// Of a currency.
struct Total {
  std::string currency = {};
  std::int64_t postings = 0;
  std::int64_t amount = 0;
  std::int64_t to_wallets = 0;
  std::int64_t from_wallets = 0;
};

constexpr storage::Column<Total> kTotalColumns[] = {
    column<Total, &Total::currency>("currency"), column<Total, &Total::postings>("postings"),
    column<Total, &Total::amount>("amount"), column<Total, &Total::to_wallets>("to_wallets"),
    column<Total, &Total::from_wallets>("from_wallets")};

constexpr Statement kSumWallets{"ledger_total_wallets", R"(
    SELECT currency, count(*) AS postings, sum(amount)::bigint AS amount,
           sum(CASE WHEN to_wallet IS NULL THEN 0 ELSE amount END)::bigint AS to_wallets,
           sum(CASE WHEN from_wallet IS NULL THEN 0 ELSE amount END)::bigint AS from_wallets
    FROM wallet_posting
    WHERE bucket = $1 AND tenant_id = $2 AND posting_id > $3 AND posting_id <= $4
    GROUP BY currency)"};

constexpr Statement kSumPayments{"ledger_total_payments", R"(
    SELECT currency, count(*) AS postings, sum(amount)::bigint AS amount, 0::bigint AS to_wallets,
           0::bigint AS from_wallets
    FROM posting
    WHERE bucket = $1 AND tenant_id = $2 AND posting_id > $3 AND posting_id <= $4
    GROUP BY currency)"};

const storage::ComposedStatement kAdd("ledger_total_add", R"(
    INSERT INTO ledger_total (bucket, tenant_id, {columns})
    SELECT {bucket}, {tenant}, new.* FROM {totals}
    ON CONFLICT (bucket, tenant_id, currency) DO UPDATE
    SET postings = ledger_total.postings + excluded.postings,
        amount = ledger_total.amount + excluded.amount,
        to_wallets = ledger_total.to_wallets + excluded.to_wallets,
        from_wallets = ledger_total.from_wallets + excluded.from_wallets)",
                                      {{"{columns}", storage::names(kTotalColumns)},
                                       {"{bucket}", storage::parameter("smallint")},
                                       {"{tenant}", storage::parameter("integer")},
                                       {"{totals}", storage::unnest(kTotalColumns, "new")}});

void add(const pqxx::result& rows, std::map<std::string, Total>& totals) {
  const storage::RowReader<Total> reader(kTotalColumns, rows);
  for (const auto& row : rows) {
    const Total part = reader.read(row, {});
    Total& total = totals[part.currency];
    total.currency = part.currency;
    total.postings += part.postings;
    total.amount += part.amount;
    total.to_wallets += part.to_wallets;
    total.from_wallets += part.from_wallets;
  }
}

constexpr Statement kMove{"ledger_total_move", R"(
    UPDATE ledger_total_bound SET through_posting = $3 WHERE bucket = $1 AND tenant_id = $2)"};

/// Whether there is more to add.
bool add_to_totals(Transaction& transaction, const Tenant& tenant, std::int64_t limit) {
  const Bucket home = tenant.home();
  transaction.execute(kBegin, home, tenant.id());
  const pqxx::result bound = transaction.execute(kLock, home, tenant.id());
  if (bound.empty()) return false;
  const auto [after, covered] = storage::read_row<std::int64_t, std::int64_t>(bound.front());
  std::int64_t through = covered;
  const auto end_at = [&](const Statement& statement, Bucket bucket) {
    const pqxx::result end = transaction.execute(statement, bucket, tenant.id(), after, limit - 1);
    if (!end.empty()) through = std::min(through, storage::read_value<std::int64_t>(end));
  };
  end_at(kEndOfWallets, home);
  for (const Bucket bucket : tenant.buckets()) end_at(kEndOfPayments, bucket);
  if (through <= after) return false;
  std::map<std::string, Total> totals;
  add(transaction.execute(kSumWallets, home, tenant.id(), after, through), totals);
  for (const Bucket bucket : tenant.buckets()) {
    add(transaction.execute(kSumPayments, bucket, tenant.id(), after, through), totals);
  }
  storage::RowArrays<Total> rows(kTotalColumns);
  for (const auto& [currency, total] : totals) rows.add(total);
  transaction.execute(kAdd, home, tenant.id(), rows);
  transaction.execute(kMove, home, tenant.id(), through);
  return through < covered;
}

}  // namespace

void FindTrialBalance::execute(Transaction& transaction, storage::Slots<FindTrialBalance> slots) {
  for (auto& slot : slots) slot.output = find_balance(transaction, slot.input);
}

void AddToTotals::execute(Transaction& transaction, storage::Slots<AddToTotals> slots) {
  for (auto& slot : slots) {
    slot.output = add_to_totals(transaction, slot.input.tenant, slot.input.limit);
  }
}

}  // namespace remit::books
