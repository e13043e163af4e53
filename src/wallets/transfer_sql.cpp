#include "transfer_sql.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "remit/storage/columns.hpp"

namespace remit::wallets {
namespace {

using storage::column;
using storage::nullable_text;
using storage::Transaction;

template <auto... path>
constexpr storage::Column<TransferRow> of_transfer(std::string_view name) {
  return column<TransferRow, &TransferRow::transfer, path...>(name);
}

constexpr storage::Column<TransferRow> kColumns[] = {
    column<TransferRow, &TransferRow::tenant>("tenant_id"),
    of_transfer<&Transfer::id>("transaction_id"),
    of_transfer<&Transfer::kind>("kind"),
    of_transfer<&Transfer::from>("from_wallet"),
    of_transfer<&Transfer::to>("to_wallet"),
    of_transfer<&Transfer::amount, &Money::minor>("amount"),
    of_transfer<&Transfer::status>("status"),
    of_transfer<&Transfer::moved>("moved"),
    of_transfer<&Transfer::is_hold>("is_hold"),
    of_transfer<&Transfer::delay_seconds>("delay_seconds"),
    of_transfer<&Transfer::execute_at>("execute_at"),
    nullable_text<TransferRow, &TransferRow::transfer, &Transfer::reason>("reason"),
    of_transfer<&Transfer::created_at>("created_at"),
    of_transfer<&Transfer::updated_at>("updated_at")};

constexpr storage::Column<TransferRow> kShownColumns[] = {
    nullable_text<TransferRow, &TransferRow::transfer, &Transfer::from_user>("from_user"),
    nullable_text<TransferRow, &TransferRow::transfer, &Transfer::to_user>("to_user"),
    of_transfer<&Transfer::amount, &Money::currency>("currency")};

constexpr std::string_view kJoins = R"(
    LEFT JOIN wallet sender ON sender.bucket = t.bucket AND sender.tenant_id = t.tenant_id
                           AND sender.wallet_id = t.from_wallet
    LEFT JOIN wallet receiver ON receiver.bucket = t.bucket AND receiver.tenant_id = t.tenant_id
                             AND receiver.wallet_id = t.to_wallet)";

// By id: of two batches that bring the same ids one waits for the other, never both.
const storage::ComposedStatement kInsert("wallet_transaction_insert", R"(
    INSERT INTO wallet_transaction (bucket, {columns})
    SELECT {bucket}, new.* FROM {transfers}
    ORDER BY tenant_id, transaction_id
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, transaction_id)",
                                         {{"{columns}", storage::names(kColumns)},
                                          {"{bucket}", storage::parameter("smallint")},
                                          {"{transfers}", storage::unnest(kColumns, "new")}});

const storage::ComposedStatement kFind("wallet_transaction_find", R"(
    SELECT {columns}
    FROM unnest($2::integer[], $3::uuid[]) AS wanted (tenant_id, transaction_id)
    JOIN wallet_transaction t ON t.bucket = $1::smallint AND t.tenant_id = wanted.tenant_id
                             AND t.transaction_id = wanted.transaction_id
    {joins})",
                                       {{"{columns}", shown_transfer_columns()},
                                        {"{joins}", kJoins}});

constexpr storage::Column<TransferRow> kEndColumns[] = {
    column<TransferRow, &TransferRow::tenant>("tenant_id"),
    of_transfer<&Transfer::id>("transaction_id"),
    of_transfer<&Transfer::status>("status"),
    of_transfer<&Transfer::moved>("moved"),
    nullable_text<TransferRow, &TransferRow::transfer, &Transfer::reason>("reason"),
    of_transfer<&Transfer::updated_at>("updated_at")};

const storage::ComposedStatement kEnd("wallet_transaction_end", R"(
    UPDATE wallet_transaction t
    SET status = ended.status, moved = ended.moved, reason = ended.reason,
        updated_at = ended.updated_at
    FROM {transfers}
    WHERE t.bucket = {bucket} AND t.tenant_id = ended.tenant_id
      AND t.transaction_id = ended.transaction_id
    RETURNING t.tenant_id, t.transaction_id, t.delay_seconds, t.created_at)",
                                      {{"{transfers}", storage::unnest(kEndColumns, "ended")},
                                       {"{bucket}", storage::parameter("smallint")}});

constexpr storage::Column<DueEntry> kDueColumns[] = {
    column<DueEntry, &DueEntry::tenant>("tenant_id"),
    column<DueEntry, &DueEntry::transaction_id>("transaction_id"),
    column<DueEntry, &DueEntry::due_at>("due_at"),
    column<DueEntry, &DueEntry::from>("from_wallet"),
    column<DueEntry, &DueEntry::to>("to_wallet"),
    column<DueEntry, &DueEntry::amount>("amount"),
    column<DueEntry, &DueEntry::is_hold>("is_hold")};

const storage::ComposedStatement kInsertDue("wallet_due_insert", R"(
    INSERT INTO wallet_due (bucket, {columns}) SELECT {bucket}, new.* FROM {entries})",
                                            {{"{columns}", storage::names(kDueColumns)},
                                             {"{bucket}", storage::parameter("smallint")},
                                             {"{entries}", storage::unnest(kDueColumns, "new")}});

// An entry is found by its whole key; what another transaction has is not waited for.
const storage::ComposedStatement kTake("wallet_due_take", R"(
    WITH taken AS MATERIALIZED (
      SELECT d.due_at, d.tenant_id, d.transaction_id
      FROM unnest($2::integer[], $3::uuid[], $4::timestamptz[])
             AS wanted (tenant_id, transaction_id, due_at)
      JOIN wallet_due d ON d.bucket = $1::smallint AND d.due_at = wanted.due_at
                       AND d.tenant_id = wanted.tenant_id
                       AND d.transaction_id = wanted.transaction_id
      FOR UPDATE OF d SKIP LOCKED)
    DELETE FROM wallet_due d USING taken
    WHERE d.bucket = $1::smallint AND d.due_at = taken.due_at AND d.tenant_id = taken.tenant_id
      AND d.transaction_id = taken.transaction_id
    RETURNING {columns})",
                                       {{"{columns}", storage::names(kDueColumns, "d.")}});

const storage::ComposedStatement kTakeDue("wallet_due_take_first", R"(
    WITH taken AS MATERIALIZED (
      SELECT due_at, tenant_id, transaction_id
      FROM wallet_due
      WHERE bucket = $1::smallint AND due_at <= now()
      ORDER BY due_at, tenant_id, transaction_id
      LIMIT $2::bigint
      FOR UPDATE SKIP LOCKED)
    DELETE FROM wallet_due d USING taken
    WHERE d.bucket = $1::smallint AND d.due_at = taken.due_at AND d.tenant_id = taken.tenant_id
      AND d.transaction_id = taken.transaction_id
    RETURNING {columns})",
                                          {{"{columns}", storage::names(kDueColumns, "d.")}});

constexpr storage::Statement kFirstDue{"wallet_due_first", R"(
    SELECT min(due_at), now() FROM wallet_due WHERE bucket = $1::smallint)"};

std::vector<DueEntry> read_entries(const pqxx::result& rows) {
  constexpr TenantId kAsItSays{0};
  const storage::RowReader<DueEntry> reader(kDueColumns, rows);
  std::vector<DueEntry> entries;
  entries.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) entries.push_back(reader.read(row, {.tenant = kAsItSays}));
  return entries;
}

}  // namespace

std::string shown_transfer_columns() {
  return storage::names(kColumns, "t.") +
         ", sender.user_id AS from_user, receiver.user_id AS to_user,"
         " coalesce(sender.currency, receiver.currency) AS currency";
}

std::string_view transfer_joins() { return kJoins; }

std::vector<TransferRow> read_transfers(const pqxx::result& rows) {
  constexpr TenantId kAsItSays{0};
  const storage::RowReader<TransferRow> reader(kColumns, rows);
  const storage::RowReader<TransferRow> shown(kShownColumns, rows);
  std::vector<TransferRow> transfers;
  transfers.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) {
    TransferRow stored = reader.read(row, {.tenant = kAsItSays, .transfer = {}});
    transfers.push_back(shown.read(row, std::move(stored)));
  }
  return transfers;
}

std::vector<TransferKey> insert_transfers(Transaction& transaction, Bucket bucket,
                                          std::span<const TransferRow> rows) {
  storage::RowArrays<TransferRow> arrays(kColumns);
  for (const TransferRow& row : rows) arrays.add(row);
  std::vector<TransferKey> inserted;
  for (const auto& row : transaction.execute(kInsert, bucket, arrays)) {
    const auto [tenant, id] = storage::read_row<TenantId, Uuid>(row);
    inserted.emplace_back(tenant, id);
  }
  return inserted;
}

std::vector<TransferRow> find_transfers(Transaction& transaction, Bucket bucket,
                                        std::span<const TransferKey> keys) {
  storage::ArrayParameter tenants;
  storage::ArrayParameter ids;
  for (const auto& [tenant, id] : keys) {
    tenants.add(tenant);
    ids.add(id);
  }
  return read_transfers(transaction.execute(kFind, bucket, tenants, ids));
}

void end_transfers(Transaction& transaction, Bucket bucket, std::span<const TransferRow> rows) {
  storage::RowArrays<TransferRow> arrays(kEndColumns);
  for (const TransferRow& row : rows) arrays.add(row);
  transaction.execute(kEnd, arrays, bucket);
}

void end_and_complete(Transaction& transaction, Bucket bucket, std::span<TransferRow> rows) {
  storage::RowArrays<TransferRow> arrays(kEndColumns);
  std::map<TransferKey, Transfer*> by_key;
  for (TransferRow& row : rows) {
    arrays.add(row);
    by_key.emplace(TransferKey(row.tenant, row.transfer.id), &row.transfer);
  }
  const pqxx::result stored = transaction.execute(kEnd, arrays, bucket);
  if (static_cast<std::size_t>(stored.size()) != rows.size()) {
    throw std::logic_error("an entry of wallet_due has no transaction");
  }
  using Delay = std::optional<std::int64_t>;
  for (const auto& row : stored) {
    const auto [tenant, id, delay, created_at] =
        storage::read_row<TenantId, Uuid, Delay, Timestamp>(row);
    Transfer& transfer = *by_key.at({tenant, id});
    transfer.delay_seconds = delay;
    transfer.created_at = created_at;
  }
}

void insert_due(Transaction& transaction, Bucket bucket, std::span<const DueEntry> entries) {
  storage::RowArrays<DueEntry> arrays(kDueColumns);
  for (const DueEntry& entry : entries) arrays.add(entry);
  transaction.execute(kInsertDue, bucket, arrays);
}

std::vector<DueEntry> take_entries(Transaction& transaction, Bucket bucket,
                                   std::span<const TransferRow> rows) {
  storage::ArrayParameter tenants;
  storage::ArrayParameter ids;
  storage::ArrayParameter times;
  for (const TransferRow& row : rows) {
    tenants.add(row.tenant);
    ids.add(row.transfer.id);
    times.add(row.transfer.execute_at);
  }
  return read_entries(transaction.execute(kTake, bucket, tenants, ids, times));
}

std::vector<DueEntry> take_due(Transaction& transaction, Bucket bucket, std::int64_t limit) {
  return read_entries(transaction.execute(kTakeDue, bucket, limit));
}

std::optional<Duration> first_due(Transaction& transaction, Bucket bucket) {
  const auto [first, now] = storage::read_row<std::optional<Timestamp>, Timestamp>(
      transaction.execute(kFirstDue, bucket).front());
  if (!first) return std::nullopt;
  return std::max(Duration::zero(), *first - now);
}

}  // namespace remit::wallets
