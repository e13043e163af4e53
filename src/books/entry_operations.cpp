#include "remit/books/entry_operations.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "posting_sql.hpp"
#include "remit/storage/composed_statement.hpp"
#include "remit/storage/values.hpp"

namespace remit::books {
namespace {

using ledger::Entry;
using storage::ComposedStatement;
using storage::Transaction;

/// Of the postings `p` of wallets.
std::string of_wallets() {
  return "SELECT " + wallet_posting_columns() + " FROM p " + wallet_posting_joins();
}

const ComposedStatement kWallets("ledger_list_wallets", R"(
    WITH p AS MATERIALIZED (
      SELECT * FROM wallet_posting
      WHERE bucket = $1 AND tenant_id = $2 AND posting_id <= $3
      ORDER BY posting_id DESC LIMIT $4::bigint)
    {shown})",
                                 {{"{shown}", of_wallets()}});

const ComposedStatement kOutside("ledger_list_outside", R"(
    WITH p AS MATERIALIZED (
      SELECT * FROM wallet_posting
      WHERE bucket = $1 AND tenant_id = $2 AND posting_id <= $3
        AND (from_wallet IS NULL OR to_wallet IS NULL)
      ORDER BY posting_id DESC LIMIT $4::bigint)
    {shown})",
                                 {{"{shown}", of_wallets()}});

// A user may have had a wallet before, which was deleted.
const ComposedStatement kOfUser("ledger_list_user", R"(
    WITH p AS MATERIALIZED (
      SELECT its.* FROM (
        SELECT wallet_id FROM wallet
        WHERE bucket = $1 AND tenant_id = $2 AND user_id = $5
        ORDER BY wallet_id DESC LIMIT 100) w
      CROSS JOIN LATERAL (
        (SELECT * FROM wallet_posting
         WHERE bucket = $1 AND tenant_id = $2 AND from_wallet = w.wallet_id AND posting_id <= $3
         ORDER BY posting_id DESC LIMIT $4::bigint)
        UNION ALL
        (SELECT * FROM wallet_posting
         WHERE bucket = $1 AND tenant_id = $2 AND to_wallet = w.wallet_id AND posting_id <= $3
         ORDER BY posting_id DESC LIMIT $4::bigint)) its
      ORDER BY its.posting_id DESC LIMIT $4::bigint)
    {shown})",
                                {{"{shown}", of_wallets()}});

// The posting of a transaction has its time, and is found by it among those of its wallet, as in
// src/wallets/history_operations.cpp. So no index of transactions burdens what settles them.
const ComposedStatement kOfTransaction("ledger_list_transaction", R"(
    WITH RECURSIVE t AS (
      SELECT t.from_wallet, t.to_wallet, t.updated_at, w.last_posting
      FROM wallet_transaction t
      JOIN wallet w ON w.bucket = $1 AND w.tenant_id = $2
                   AND w.wallet_id = coalesce(t.from_wallet, t.to_wallet)
      WHERE t.bucket = $1 AND t.tenant_id = $2 AND t.transaction_id = $3
        AND t.status = 'COMPLETED'),
    search AS (
      SELECT 0::bigint AS low, last_posting AS high FROM t
      UNION ALL
      SELECT CASE WHEN p.posted_at >= t.updated_at THEN s.low ELSE s.middle END,
             CASE WHEN p.posted_at >= t.updated_at THEN p.posting_id - 1 ELSE s.high END
      FROM (SELECT *, low + (high - low + 1) / 2 AS middle FROM search WHERE low < high) s
      CROSS JOIN t
      LEFT JOIN LATERAL (
        SELECT * FROM (
          (SELECT posting_id, posted_at FROM wallet_posting
           WHERE bucket = $1 AND tenant_id = $2 AND from_wallet = t.from_wallet
             AND posting_id > s.low AND posting_id <= s.middle
           ORDER BY posting_id DESC LIMIT 1)
          UNION ALL
          (SELECT posting_id, posted_at FROM wallet_posting
           WHERE bucket = $1 AND tenant_id = $2 AND t.from_wallet IS NULL
             AND to_wallet = t.to_wallet AND posting_id > s.low AND posting_id <= s.middle
           ORDER BY posting_id DESC LIMIT 1)) AS either
        ORDER BY posting_id DESC LIMIT 1) p ON true),
    p AS MATERIALIZED (
      SELECT its.* FROM t JOIN search s ON s.low = s.high
      CROSS JOIN LATERAL (
        (SELECT * FROM wallet_posting
         WHERE bucket = $1 AND tenant_id = $2 AND from_wallet = t.from_wallet
           AND posting_id > s.low AND transaction_id = $3
         ORDER BY posting_id LIMIT 1)
        UNION ALL
        (SELECT * FROM wallet_posting
         WHERE bucket = $1 AND tenant_id = $2 AND t.from_wallet IS NULL
           AND to_wallet = t.to_wallet AND posting_id > s.low AND transaction_id = $3
         ORDER BY posting_id LIMIT 1)) its)
    {shown})",
                                       {{"{shown}", of_wallets()}});

const ComposedStatement kPayments("ledger_list_payments", R"(
    SELECT {columns} FROM posting p
    WHERE bucket = $1 AND tenant_id = $2 AND posting_id <= $3
    ORDER BY posting_id DESC LIMIT $4::bigint)",
                                  {{"{columns}", payment_posting_columns()}});

constexpr storage::Statement kFloor{"ledger_list_floor", R"(
    SELECT posting_id FROM posting
    WHERE bucket = $1 AND tenant_id = $2 AND posting_id <= $3
    ORDER BY posting_id DESC OFFSET $4::bigint LIMIT 1)"};

const ComposedStatement kOfAccount("ledger_list_account", R"(
    SELECT {columns} FROM posting p
    WHERE bucket = $1 AND tenant_id = $2 AND posting_id <= $3 AND posting_id >= $5::bigint
      AND (debit_account = $6 OR credit_account = $6)
    ORDER BY posting_id DESC LIMIT $4::bigint)",
                                   {{"{columns}", payment_posting_columns()}});

const ComposedStatement kOfPayment("ledger_list_payment", R"(
    SELECT {columns} FROM posting p
    WHERE bucket = $1 AND tenant_id = $2 AND transaction_id = $3)",
                                   {{"{columns}", payment_posting_columns()}});

// What follows from a charge is not written, and has no number (docs/decisions/0004): numbers below
// zero stand for its lines.
constexpr storage::Statement kOfCharge{"ledger_list_charge", R"(
    SELECT -line::bigint AS posting_id, transaction_id, kind, debit_account, credit_account, amount,
           currency, NULL::bigint AS debit_after, NULL::bigint AS credit_after, posted_at
    FROM charge_posting
    WHERE bucket = $1 AND tenant_id = $2 AND transaction_id = $3)"};

Entry entry_of(const LedgerPosting& line, bool is_debit) {
  const std::optional<Currency> currency = parse_currency(line.currency);
  if (!currency) throw std::runtime_error("a posting in an unknown currency");
  const std::string its = line.posting_id < 0 ? line.transaction_id.to_string() : "";
  return {.id = its + ledger::entry_id(line.posting_id, is_debit),
          .transaction_id = line.transaction_id,
          .account = is_debit ? line.debit_account : line.credit_account,
          .counter_account = is_debit ? line.credit_account : line.debit_account,
          .is_debit = is_debit,
          .amount = {line.amount, *currency},
          .balance_after = is_debit ? line.debit_after : line.credit_after,
          .at = line.posted_at,
          .description = line.kind};
}

class Listing {
 public:
  Listing(Transaction& transaction, const ListEntries::Input& input)
      : transaction_(transaction), input_(input) {
    // Of the posting with which the page before ended, the credit may still have to be shown.
    if (input.before) {
      start_ = input.before->is_debit ? input.before->posting_id : input.before->posting_id - 1;
    }
  }

  ListEntries::Output read() {
    if (input_.transaction) {
      read_transaction(*input_.transaction);
    } else if (!input_.account) {
      add_from_home(kWallets);
      for (const Bucket bucket : input_.tenant.buckets()) add_payments(bucket);
    } else if (*input_.account == ledger::kFunding) {
      add_from_home(kOutside);
    } else if (input_.account->starts_with(ledger::kWalletPrefix)) {
      add_from_home(kOfUser, input_.account->substr(ledger::kWalletPrefix.size()));
    } else {
      for (const Bucket bucket : input_.tenant.buckets()) add_of_account(bucket);
    }
    return page();
  }

 private:
  /// So many postings have the entries of a page and one more, besides the one that is shown in
  /// part.
  [[nodiscard]] std::int64_t most() const { return input_.limit + 2; }

  void add(const pqxx::result& rows) {
    std::ranges::move(read_postings(rows), std::back_inserter(lines_));
  }
  template <class... Last>
  void add_from_home(const storage::Statement& statement, const Last&... last) {
    add(transaction_.execute(statement, input_.tenant.home(), input_.tenant.id(), start_, most(),
                             last...));
  }
  void add_payments(Bucket bucket) {
    add(transaction_.execute(kPayments, bucket, input_.tenant.id(), start_, most()));
  }
  void add_of_account(Bucket bucket) {
    const std::int64_t looked = std::max(most(), kMostLookedAt / input_.tenant.spread());
    const pqxx::result rows =
        transaction_.execute(kFloor, bucket, input_.tenant.id(), start_, looked - 1);
    const std::int64_t floor = rows.empty() ? 0 : storage::read_value<std::int64_t>(rows);
    floor_ = std::max(floor_, floor);
    add(transaction_.execute(kOfAccount, bucket, input_.tenant.id(), start_, most(), floor,
                             *input_.account));
  }
  void read_transaction(const Uuid& id) {
    const Tenant& tenant = input_.tenant;
    add(transaction_.execute(kOfTransaction, tenant.home(), tenant.id(), id));
    add(transaction_.execute(kOfPayment, tenant.bucket_of(id), tenant.id(), id));
    add(transaction_.execute(kOfCharge, tenant.bucket_of(id), tenant.id(), id));
    std::erase_if(lines_, [this](const LedgerPosting& line) { return line.posting_id > start_; });
  }

  [[nodiscard]] bool is_wanted(const Entry& entry, const EntryPosition& at) const {
    const bool is_shown = input_.before && at.posting_id == input_.before->posting_id &&
                          input_.before->is_debit && at.is_debit;
    return !is_shown && at.posting_id >= floor_ &&
           (!input_.account || entry.account == *input_.account);
  }

  ListEntries::Output page() {
    std::ranges::sort(lines_, std::ranges::greater(), &LedgerPosting::posting_id);
    ListEntries::Output output;
    EntryPosition last;
    for (const LedgerPosting& line : lines_) {
      for (const bool is_debit : {true, false}) {
        const EntryPosition at{.posting_id = line.posting_id, .is_debit = is_debit};
        Entry entry = entry_of(line, is_debit);
        if (!is_wanted(entry, at)) continue;
        if (std::ssize(output.entries) == input_.limit) {
          output.next = last;
          return output;
        }
        output.entries.push_back(std::move(entry));
        last = at;
      }
    }
    // All that was looked at is shown; what is below has not been looked at yet.
    if (floor_ > 0) output.next = EntryPosition{.posting_id = floor_, .is_debit = false};
    return output;
  }

  Transaction& transaction_;
  const ListEntries::Input& input_;
  std::int64_t start_ = std::numeric_limits<std::int64_t>::max();
  /// Every posting from this number on has been looked at.
  std::int64_t floor_ = std::numeric_limits<std::int64_t>::min();
  std::vector<LedgerPosting> lines_;
};

}  // namespace

void ListEntries::execute(Transaction& transaction, storage::Slots<ListEntries> slots) {
  for (auto& slot : slots) slot.output = Listing(transaction, slot.input).read();
}

}  // namespace remit::books
