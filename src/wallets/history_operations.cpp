#include "remit/wallets/history_operations.hpp"

#include <algorithm>

#include "remit/storage/columns.hpp"
#include "wallet_sql.hpp"

namespace remit::wallets {
namespace {

using storage::column;
using storage::ComposedStatement;
using storage::Transaction;

constexpr Duration kInstant{1};

/// The instant before; the database has none before the year 1.
Timestamp before(Timestamp at) {
  const Timestamp first{std::chrono::sys_days(std::chrono::year(1) / 1 / 1)};
  return std::max(at, first + kInstant) - kInstant;
}

// The wallet w, and for each time in `bounds` the number up to which all its postings are of that
// time or before, with what the wallet had then. Halves the numbers in question at each step: the
// last posting of the lower half says in which half the time is.
constexpr std::string_view kSearch = R"(
    w AS (
      SELECT * FROM wallet
      WHERE bucket = $1 AND tenant_id = $2 AND user_id = $3 AND deleted_at IS NULL),
    search AS (
      SELECT bounds.n, bounds.at, 0::bigint AS low, w.last_posting AS high, 0::bigint AS total
      FROM w CROSS JOIN (VALUES (0, $4::timestamptz),
               (1, least($5::timestamptz, clock_timestamp()))) AS bounds (n, at)
      UNION ALL
      SELECT s.n, s.at, CASE WHEN p.posted_at > s.at THEN s.low ELSE s.middle END,
             CASE WHEN p.posted_at > s.at THEN p.posting_id - 1 ELSE s.high END,
             CASE WHEN p.posted_at <= s.at THEN p.total ELSE s.total END
      FROM (SELECT *, low + (high - low + 1) / 2 AS middle FROM search WHERE low < high) s
      CROSS JOIN w
      LEFT JOIN LATERAL (
        SELECT * FROM (
          (SELECT posting_id, posted_at, from_after AS total FROM wallet_posting
           WHERE bucket = $1 AND tenant_id = $2 AND from_wallet = w.wallet_id
             AND posting_id > s.low AND posting_id <= s.middle
           ORDER BY posting_id DESC LIMIT 1)
          UNION ALL
          (SELECT posting_id, posted_at, to_after FROM wallet_posting
           WHERE bucket = $1 AND tenant_id = $2 AND to_wallet = w.wallet_id
             AND posting_id > s.low AND posting_id <= s.middle
           ORDER BY posting_id DESC LIMIT 1)) AS either
        ORDER BY posting_id DESC LIMIT 1) p ON true))";

struct ThenRow {
  std::int64_t total = 0;
  std::int64_t held = 0;
};

constexpr storage::Column<ThenRow> kThenColumns[] = {column<ThenRow, &ThenRow::total>("total_then"),
                                                     column<ThenRow, &ThenRow::held>("held_then")};

// What was reserved: the amounts of what had been sent by then, and ended later or never.
const ComposedStatement kFindAt("wallet_find_at", R"(
    WITH RECURSIVE {search}
    SELECT {columns}, s.total AS total_then, (
        SELECT coalesce(sum(t.amount), 0)::bigint FROM wallet_transaction t
        WHERE t.bucket = $1 AND t.tenant_id = $2 AND t.from_wallet = w.wallet_id
          AND t.created_at <= s.at AND (t.status = 'RESERVED' OR t.updated_at > s.at)) AS held_then
    FROM search s CROSS JOIN w
    WHERE s.n = 0 AND s.low = s.high)",
                                {{"{search}", kSearch}, {"{columns}", wallet_columns("w.")}});

constexpr storage::Column<StatementSpan> kSpanColumns[] = {
    column<StatementSpan, &StatementSpan::wallet>("wallet_id"),
    column<StatementSpan, &StatementSpan::currency>("currency"),
    column<StatementSpan, &StatementSpan::opened_at>("created_at"),
    column<StatementSpan, &StatementSpan::after>("after"),
    column<StatementSpan, &StatementSpan::upto>("upto"),
    column<StatementSpan, &StatementSpan::to>("to"),
    column<StatementSpan, &StatementSpan::opening>("opening"),
    column<StatementSpan, &StatementSpan::closing>("closing")};

const ComposedStatement kFindSpan("wallet_statement", R"(
    WITH RECURSIVE {search}
    SELECT w.wallet_id, w.currency, w.created_at, first.low AS after, last.low AS upto,
           first.total AS opening, last.total AS closing, last.at AS "to"
    FROM w
    JOIN search first ON first.n = 0 AND first.low = first.high
    JOIN search last ON last.n = 1 AND last.low = last.high)",
                                  {{"{search}", kSearch}});

struct Line {
  std::int64_t posting_id = 0;
  Uuid transaction_id = {};
  bool is_debit = false;
  std::optional<std::string> other_user = {};
  Money amount = {};
  std::int64_t after = 0;
  Timestamp at = {};
};

constexpr storage::Column<Line> kLineColumns[] = {
    column<Line, &Line::posting_id>("posting_id"),
    column<Line, &Line::transaction_id>("transaction_id"),
    column<Line, &Line::is_debit>("is_debit"),
    column<Line, &Line::other_user>("other_user"),
    column<Line, &Line::amount, &Money::minor>("amount"),
    column<Line, &Line::amount, &Money::currency>("currency"),
    column<Line, &Line::after>("total_after"),
    column<Line, &Line::at>("posted_at")};

constexpr storage::Statement kList{"wallet_statement_list", R"(
    SELECT p.posting_id, p.transaction_id, p.is_debit, other.user_id AS other_user, p.amount,
           p.currency, p.total_after, p.posted_at
    FROM (
      (SELECT posting_id, transaction_id, false AS is_debit, to_wallet AS other, amount, currency,
              from_after AS total_after, posted_at
       FROM wallet_posting
       WHERE bucket = $1 AND tenant_id = $2 AND from_wallet = $3
         AND posting_id > $4::bigint AND posting_id <= $5::bigint
       ORDER BY posting_id LIMIT $6::bigint)
      UNION ALL
      (SELECT posting_id, transaction_id, true, from_wallet, amount, currency, to_after, posted_at
       FROM wallet_posting
       WHERE bucket = $1 AND tenant_id = $2 AND to_wallet = $3
         AND posting_id > $4::bigint AND posting_id <= $5::bigint
       ORDER BY posting_id LIMIT $6::bigint)
      ORDER BY posting_id LIMIT $6::bigint) p
    LEFT JOIN LATERAL (
      SELECT user_id FROM wallet
      WHERE bucket = $1 AND tenant_id = $2 AND wallet_id = p.other OFFSET 0) other ON true
    ORDER BY p.posting_id)"};

StatementEntry entry_of(const Line& line, const std::string& user) {
  const std::string other =
      line.other_user ? ledger::wallet_account(*line.other_user) : std::string(ledger::kFunding);
  const std::string_view outside = line.is_debit ? kDeposit : kWithdrawal;
  return {.posting_id = line.posting_id,
          .entry = {.id = ledger::entry_id(line.posting_id, line.is_debit),
                    .transaction_id = line.transaction_id,
                    .account = ledger::wallet_account(user),
                    .counter_account = other,
                    .is_debit = line.is_debit,
                    .amount = line.amount,
                    .balance_after = line.after,
                    .at = line.at,
                    .description = std::string(line.other_user ? kTransfer : outside)}};
}

}  // namespace

void FindWalletAt::execute(Transaction& transaction, storage::Slots<FindWalletAt> slots) {
  for (auto& slot : slots) {
    const auto& [which, at] = slot.input;
    const pqxx::result rows =
        transaction.execute(kFindAt, which.tenant.home(), which.tenant.id(), which.user_id, at, at);
    slot.output = std::nullopt;
    if (rows.empty()) continue;
    const ThenRow then = storage::RowReader<ThenRow>(kThenColumns, rows).read(rows.front(), {});
    slot.output = WalletThen{.wallet = std::move(read_wallets(rows).front().wallet),
                             .balance = then.total - then.held,
                             .reserved = then.held};
  }
}

void FindStatement::execute(Transaction& transaction, storage::Slots<FindStatement> slots) {
  for (auto& slot : slots) {
    const auto& [which, from, to] = slot.input;
    const pqxx::result rows =
        transaction.execute(kFindSpan, which.tenant.home(), which.tenant.id(), which.user_id,
                            before(from), to ? std::optional(before(*to)) : std::nullopt);
    slot.output = std::nullopt;
    if (rows.empty()) continue;
    StatementSpan span =
        storage::RowReader<StatementSpan>(kSpanColumns, rows).read(rows.front(), {});
    span.to += kInstant;
    slot.output = span;
  }
}

void ListStatement::execute(Transaction& transaction, storage::Slots<ListStatement> slots) {
  for (auto& slot : slots) {
    const auto& [whose, span, limit] = slot.input;
    const pqxx::result rows = transaction.execute(kList, whose.tenant.home(), whose.tenant.id(),
                                                  span.wallet, span.after, span.upto, limit);
    const storage::RowReader<Line> reader(kLineColumns, rows);
    Output entries;
    for (const auto& row : rows) {
      entries.push_back(entry_of(reader.read(row, Line{}), whose.user_id));
    }
    slot.output = std::move(entries);
  }
}

}  // namespace remit::wallets
