#include "remit/reconciliation/check_operations.hpp"

#include <tuple>

#include "remit/storage/columns.hpp"

namespace remit::reconciliation {
namespace {

using storage::column;
using storage::Statement;
using storage::Transaction;

constexpr storage::Column<WalletSum> kSumColumns[] = {
    column<WalletSum, &WalletSum::wallet>("wallet_id"),
    column<WalletSum, &WalletSum::user>("user_id"),
    column<WalletSum, &WalletSum::held>("held"),
    column<WalletSum, &WalletSum::entries>("entries"),
    column<WalletSum, &WalletSum::sum>("sum"),
    column<WalletSum, &WalletSum::last_posting>("last_posting")};

constexpr Statement kSum{"reconciliation_wallets", R"(
    SELECT w.wallet_id, w.user_id, w.balance + w.reserved AS held, e.entries, e.sum, e.last_posting
    FROM (SELECT * FROM wallet
          WHERE bucket = $1 AND tenant_id = $2 AND wallet_id > $3::bigint
          ORDER BY wallet_id LIMIT $4::bigint) w
    CROSS JOIN LATERAL (
      SELECT count(*) AS entries, coalesce(sum(amount), 0)::bigint AS sum,
             coalesce(max(posting_id), 0) AS last_posting
      FROM (
        SELECT posting_id, amount FROM (
          (SELECT posting_id, amount FROM wallet_posting
           WHERE bucket = $1 AND tenant_id = $2 AND to_wallet = w.wallet_id
             AND posting_id > $5::bigint
           ORDER BY posting_id LIMIT $6::bigint)
          UNION ALL
          (SELECT posting_id, -amount FROM wallet_posting
           WHERE bucket = $1 AND tenant_id = $2 AND from_wallet = w.wallet_id
             AND posting_id > $5::bigint
           ORDER BY posting_id LIMIT $6::bigint)) AS either
        ORDER BY posting_id LIMIT $6::bigint) AS first) e
    ORDER BY w.wallet_id)"};

constexpr storage::Column<ReservedSum> kReservedColumns[] = {
    column<ReservedSum, &ReservedSum::wallet>("wallet_id"),
    column<ReservedSum, &ReservedSum::user>("user_id"),
    column<ReservedSum, &ReservedSum::reserved>("reserved"),
    column<ReservedSum, &ReservedSum::scheduled>("scheduled")};

constexpr Statement kUnscheduled{"reconciliation_reserved", R"(
    SELECT w.wallet_id, w.user_id, w.reserved, coalesce(due.amount, 0)::bigint AS scheduled
    FROM wallet w
    LEFT JOIN (SELECT from_wallet, sum(amount) AS amount FROM wallet_due
               WHERE bucket = $1 AND tenant_id = $2 GROUP BY from_wallet) due
           ON due.from_wallet = w.wallet_id
    WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.reserved <> coalesce(due.amount, 0)
    ORDER BY w.wallet_id LIMIT 100)"};

// An entry and the status of its transaction change in one transaction, so a snapshot sees both or
// neither; and an entry that is locked is being ended by who holds it.
constexpr Statement kRemove{"reconciliation_remove", R"(
    WITH vain AS MATERIALIZED (
      SELECT d.due_at, d.transaction_id
      FROM wallet_due d
      LEFT JOIN wallet_transaction t ON t.bucket = d.bucket AND t.tenant_id = d.tenant_id
                                    AND t.transaction_id = d.transaction_id
      WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.from_wallet = $3
        AND (t.status IS DISTINCT FROM 'RESERVED' OR t.execute_at <> d.due_at)
      FOR UPDATE OF d SKIP LOCKED)
    DELETE FROM wallet_due d USING vain
    WHERE d.bucket = $1 AND d.due_at = vain.due_at AND d.tenant_id = $2
      AND d.transaction_id = vain.transaction_id
    RETURNING d.transaction_id)"};

// Locked, so that one that has been put back by another and has ended since is not put back again.
constexpr Statement kSchedule{"reconciliation_schedule", R"(
    INSERT INTO wallet_due (bucket, due_at, tenant_id, transaction_id, from_wallet, to_wallet,
                            amount, is_hold)
    SELECT t.bucket, t.execute_at, t.tenant_id, t.transaction_id, t.from_wallet, t.to_wallet,
           t.amount, t.is_hold
    FROM wallet_transaction t
    WHERE t.bucket = $1 AND t.tenant_id = $2 AND t.from_wallet = $3 AND t.status = 'RESERVED'
      AND NOT EXISTS (
        SELECT 1 FROM wallet_due d
        WHERE d.bucket = t.bucket AND d.due_at = t.execute_at AND d.tenant_id = t.tenant_id
          AND d.transaction_id = t.transaction_id)
    FOR UPDATE OF t
    ON CONFLICT DO NOTHING
    RETURNING transaction_id)"};

constexpr Statement kReserved{"reconciliation_reserved_now", R"(
    SELECT w.reserved, (
      SELECT coalesce(sum(t.amount), 0)::bigint FROM wallet_transaction t
      WHERE t.bucket = $1 AND t.tenant_id = $2 AND t.from_wallet = $3 AND t.status = 'RESERVED')
    FROM wallet w WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.wallet_id = $3)"};

std::vector<Uuid> read_ids(const pqxx::result& rows) {
  std::vector<Uuid> ids;
  for (const auto& row : rows) {
    const auto [id] = storage::read_row<Uuid>(row);
    ids.push_back(id);
  }
  return ids;
}

}  // namespace

void SumWallets::execute(Transaction& transaction, storage::Slots<SumWallets> slots) {
  for (auto& slot : slots) {
    const Input& input = slot.input;
    const pqxx::result rows =
        transaction.execute(kSum, input.tenant.home(), input.tenant.id(), input.after_wallet,
                            input.most_wallets, input.after_posting, input.most_entries);
    const storage::RowReader<WalletSum> reader(kSumColumns, rows);
    Output sums;
    for (const auto& row : rows) sums.push_back(reader.read(row, {}));
    slot.output = std::move(sums);
  }
}

void FindUnscheduled::execute(Transaction& transaction, storage::Slots<FindUnscheduled> slots) {
  for (auto& slot : slots) {
    const pqxx::result rows = transaction.execute(kUnscheduled, slot.input.home(), slot.input.id());
    const storage::RowReader<ReservedSum> reader(kReservedColumns, rows);
    Output found;
    for (const auto& row : rows) found.push_back(reader.read(row, {}));
    slot.output = std::move(found);
  }
}

void PutBack::execute(Transaction& transaction, storage::Slots<PutBack> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, wallet] = slot.input;
    const Bucket home = tenant.home();
    Output output;
    output.removed = read_ids(transaction.execute(kRemove, home, tenant.id(), wallet));
    output.scheduled = read_ids(transaction.execute(kSchedule, home, tenant.id(), wallet));
    const pqxx::result now = transaction.execute(kReserved, home, tenant.id(), wallet);
    if (!now.empty()) {
      std::tie(output.reserved, output.expected) =
          storage::read_row<std::int64_t, std::int64_t>(now.front());
    }
    slot.output = std::move(output);
  }
}

}  // namespace remit::reconciliation
