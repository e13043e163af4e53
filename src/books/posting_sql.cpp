#include "posting_sql.hpp"

#include "remit/storage/columns.hpp"

namespace remit::books {
namespace {

using storage::column;
using P = LedgerPosting;

constexpr storage::Column<P> kColumns[] = {column<P, &P::posting_id>("posting_id"),
                                           column<P, &P::transaction_id>("transaction_id"),
                                           column<P, &P::kind>("kind"),
                                           column<P, &P::debit_account>("debit_account"),
                                           column<P, &P::credit_account>("credit_account"),
                                           column<P, &P::amount>("amount"),
                                           column<P, &P::currency>("currency"),
                                           column<P, &P::debit_after>("debit_after"),
                                           column<P, &P::credit_after>("credit_after"),
                                           column<P, &P::posted_at>("posted_at")};

}  // namespace

std::string payment_posting_columns() {
  return R"(p.posting_id, p.transaction_id, p.kind, p.debit_account, p.credit_account, p.amount,
           p.currency, NULL::bigint AS debit_after, NULL::bigint AS credit_after, p.posted_at)";
}

std::string wallet_posting_columns() {
  return R"(p.posting_id, p.transaction_id,
           CASE WHEN p.from_wallet IS NULL THEN 'deposit'
                WHEN p.to_wallet IS NULL THEN 'withdrawal' ELSE 'transfer' END AS kind,
           CASE WHEN p.to_wallet IS NULL THEN 'funding'
                ELSE 'wallet:' || coalesce(receiver.user_id, '') END AS debit_account,
           CASE WHEN p.from_wallet IS NULL THEN 'funding'
                ELSE 'wallet:' || coalesce(sender.user_id, '') END AS credit_account,
           p.amount, p.currency, p.to_after AS debit_after, p.from_after AS credit_after,
           p.posted_at)";
}

// Each wallet is looked up by itself: the planner would rather read all that the tenant has, since
// it does not know how few postings a page is.
std::string wallet_posting_joins() {
  return R"(LEFT JOIN LATERAL (
      SELECT user_id FROM wallet
      WHERE bucket = p.bucket AND tenant_id = p.tenant_id AND wallet_id = p.from_wallet
      OFFSET 0) sender ON true
    LEFT JOIN LATERAL (
      SELECT user_id FROM wallet
      WHERE bucket = p.bucket AND tenant_id = p.tenant_id AND wallet_id = p.to_wallet
      OFFSET 0) receiver ON true)";
}

std::vector<LedgerPosting> read_postings(const pqxx::result& rows) {
  const storage::RowReader<P> reader(kColumns, rows);
  std::vector<LedgerPosting> postings;
  postings.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) postings.push_back(reader.read(row, {}));
  return postings;
}

}  // namespace remit::books
