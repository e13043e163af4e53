#include "wallet_sql.hpp"

#include "remit/storage/columns.hpp"

namespace remit::wallets {
namespace {

using storage::column;
using storage::nullable_text;
using storage::Transaction;

template <auto member>
constexpr storage::Column<WalletRow> of_wallet(std::string_view name) {
  return column<WalletRow, &WalletRow::wallet, member>(name);
}

constexpr storage::Column<WalletRow> kColumns[] = {
    column<WalletRow, &WalletRow::tenant>("tenant_id"),
    of_wallet<&Wallet::id>("wallet_id"),
    of_wallet<&Wallet::user_id>("user_id"),
    of_wallet<&Wallet::name>("name"),
    of_wallet<&Wallet::currency>("currency"),
    of_wallet<&Wallet::balance>("balance"),
    of_wallet<&Wallet::reserved>("reserved"),
    of_wallet<&Wallet::version>("version"),
    nullable_text<WalletRow, &WalletRow::wallet, &Wallet::frozen_reason>("frozen_reason"),
    of_wallet<&Wallet::created_at>("created_at"),
    of_wallet<&Wallet::updated_at>("updated_at"),
    of_wallet<&Wallet::deleted_at>("deleted_at")};

// The rows come in the order in which they are locked. What a wallet has is what it has once it is
// locked.
const storage::ComposedStatement kLock("wallet_lock", R"(
    SELECT {columns}
    FROM wallet w
    WHERE w.bucket = $1::smallint
      AND (w.tenant_id, w.wallet_id) IN (
        SELECT u.tenant_id, u.wallet_id
        FROM unnest($2::integer[], $3::text[]) AS wanted (tenant_id, user_id)
        JOIN wallet u ON u.bucket = $1::smallint AND u.tenant_id = wanted.tenant_id
                     AND u.user_id = wanted.user_id AND u.deleted_at IS NULL
        UNION
        SELECT known.tenant_id, known.wallet_id
        FROM unnest($4::integer[], $5::bigint[]) AS known (tenant_id, wallet_id))
    ORDER BY w.wallet_id
    FOR UPDATE OF w)",
                                       {{"{columns}", wallet_columns("w.")}});

// Not now(), when the transaction began: it may have waited for the wallets since, and others have
// moved money meanwhile. What happens to a wallet is in the order of these times.
constexpr storage::Statement kNow{"wallet_now", "SELECT clock_timestamp()"};

const storage::ComposedStatement kInsert("wallet_insert", R"(
    INSERT INTO wallet (bucket, tenant_id, wallet_id, user_id, name, currency, balance, reserved,
                        version, last_posting, created_at, updated_at)
    VALUES ($1::smallint, $2::integer, nextval('wallet_id'), $3, $4, $5, 0, 0, 0, 0, now(), now())
    ON CONFLICT DO NOTHING
    RETURNING {columns})",
                                         {{"{columns}", wallet_columns()}});

/// A posting with whose it is.
struct PostingRow {
  TenantId tenant;
  const Posting* posting;
};

template <auto member>
constexpr storage::Column<PostingRow> of_posting(std::string_view name) {
  return column<PostingRow, &PostingRow::posting, member>(name);
}

constexpr storage::Column<PostingRow> kPostingColumns[] = {
    column<PostingRow, &PostingRow::tenant>("tenant_id"),
    of_posting<&Posting::transaction_id>("transaction_id"),
    of_posting<&Posting::from>("from_wallet"),
    of_posting<&Posting::to>("to_wallet"),
    of_posting<&Posting::amount>("amount"),
    of_posting<&Posting::from_after>("from_after"),
    of_posting<&Posting::to_after>("to_after"),
    of_posting<&Posting::currency>("currency")};

constexpr storage::Column<WalletRow> kChangedColumns[] = {
    column<WalletRow, &WalletRow::tenant>("tenant_id"), of_wallet<&Wallet::id>("wallet_id"),
    of_wallet<&Wallet::balance>("balance"), of_wallet<&Wallet::reserved>("reserved"),
    of_wallet<&Wallet::version>("version")};

// One statement, so that the trigger of table wallet sees what was posted. Numbers of postings are
// taken while the wallets are locked: the highest of this statement is above all that any of them
// had, and below all that they will have.
const storage::ComposedStatement kWrite("wallet_write", R"(
    WITH posted AS (
      INSERT INTO wallet_posting (bucket, posting_id, posted_at, {posting_columns})
      SELECT {bucket}, nextval('posting_number'), {now}, new.* FROM {postings}
      RETURNING posting_id)
    UPDATE wallet w
    SET balance = changed.balance, reserved = changed.reserved, version = changed.version,
        last_posting = coalesce((SELECT max(posting_id) FROM posted), w.last_posting),
        updated_at = {updated_at}
    FROM {wallets}
    WHERE w.bucket = {same_bucket} AND w.tenant_id = changed.tenant_id
      AND w.wallet_id = changed.wallet_id
    RETURNING 1)",
                                        {{"{posting_columns}", storage::names(kPostingColumns)},
                                         {"{bucket}", storage::parameter("smallint")},
                                         {"{now}", storage::parameter("timestamptz")},
                                         {"{postings}", storage::unnest(kPostingColumns, "new")},
                                         {"{updated_at}", storage::parameter("timestamptz")},
                                         {"{wallets}", storage::unnest(kChangedColumns, "changed")},
                                         {"{same_bucket}", storage::parameter("smallint")}});

}  // namespace

std::string wallet_columns(std::string_view prefix) { return storage::names(kColumns, prefix); }

std::vector<WalletRow> read_wallets(const pqxx::result& rows) {
  constexpr TenantId kAsItSays{0};
  const storage::RowReader<WalletRow> reader(kColumns, rows);
  std::vector<WalletRow> wallets;
  wallets.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) {
    wallets.push_back(reader.read(row, {.tenant = kAsItSays, .wallet = {}}));
  }
  return wallets;
}

std::optional<Wallet> insert_wallet(Transaction& transaction, Bucket bucket, const WalletRow& row) {
  const Wallet& wallet = row.wallet;
  std::vector<WalletRow> made = read_wallets(transaction.execute(
      kInsert, bucket, row.tenant, wallet.user_id, wallet.name, to_string(wallet.currency)));
  return made.empty() ? std::nullopt : std::optional(std::move(made.front().wallet));
}

LockedWallets::LockedWallets(Transaction& transaction, Bucket bucket, const WantedWallets& wanted)
    : bucket_(bucket) {
  storage::ArrayParameter user_tenants;
  storage::ArrayParameter users;
  for (const auto& [tenant, user] : wanted.users) {
    user_tenants.add(tenant);
    users.add(user);
  }
  storage::ArrayParameter id_tenants;
  storage::ArrayParameter ids;
  for (const auto& [tenant, id] : wanted.ids) {
    id_tenants.add(tenant);
    ids.add(id);
  }
  for (const WalletRow& row :
       read_wallets(transaction.execute(kLock, bucket, user_tenants, users, id_tenants, ids))) {
    add(row.tenant, row.wallet);
  }
  now_ = storage::read_value<Timestamp>(transaction.execute(kNow));
}

void LockedWallets::add(TenantId tenant, const Wallet& wallet) {
  books_[tenant].add(wallet);
  if (!wallet.deleted_at) users_[{tenant, wallet.user_id}] = wallet.id;
}

const Wallet* LockedWallets::find(TenantId tenant, const std::string& user) const {
  const auto found = users_.find({tenant, user});
  return found == users_.end() ? nullptr : books_.at(tenant).find(found->second);
}

std::vector<WalletRow> LockedWallets::write(Transaction& transaction) {
  storage::RowArrays<PostingRow> postings(kPostingColumns);
  storage::RowArrays<WalletRow> changes(kChangedColumns);
  std::vector<WalletRow> changed;
  for (const auto& [tenant, book] : books_) {
    for (const Posting& posting : book.postings()) postings.add({tenant, &posting});
    for (Wallet& wallet : book.changed()) {
      wallet.updated_at = now_;
      const Wallet& before = book.before(wallet.id);
      const bool is_new = before.version == 0 && before.created_at == now_;
      changed.push_back({.tenant = tenant,
                         .wallet = std::move(wallet),
                         .before = is_new ? std::nullopt : std::optional(before)});
      changes.add(changed.back());
    }
  }
  if (!changed.empty()) {
    transaction.execute(kWrite, bucket_, now_, postings, now_, changes, bucket_);
  }
  return changed;
}

}  // namespace remit::wallets
