#include "remit/ledger/posting_sql.hpp"

#include <utility>

namespace remit::ledger {
namespace {

using storage::column;
using Row = PostingRow;

constexpr storage::Column<Row> kColumns[] = {
    column<Row, &Row::tenant>("tenant_id"),
    column<Row, &Row::transaction_id>("transaction_id"),
    column<Row, &Row::step>("step"),
    column<Row, &Row::line>("line"),
    column<Row, &Row::posting, &Posting::kind>("kind"),
    column<Row, &Row::posting, &Posting::debit_account>("debit_account"),
    column<Row, &Row::posting, &Posting::credit_account>("credit_account"),
    column<Row, &Row::posting, &Posting::amount, &Money::minor>("amount"),
    column<Row, &Row::posting, &Posting::amount, &Money::currency>("currency"),
    column<Row, &Row::posted_at>("posted_at")};

}  // namespace

storage::Filling insert_postings(std::string bucket, std::string condition) {
  return [bucket = std::move(bucket), condition = std::move(condition)](std::string& sql,
                                                                        int& parameters) {
    sql += "INSERT INTO posting (bucket, " + storage::names(kColumns) + ") SELECT " + bucket +
           ", * FROM ";
    storage::unnest(kColumns, "new")(sql, parameters);
    sql += " WHERE " + condition;
  };
}

PostingArrays::PostingArrays() : RowArrays(kColumns) {}

void PostingArrays::add(TenantId tenant, const Uuid& transaction_id, std::int64_t step,
                        Timestamp posted_at, const std::vector<Posting>& postings) {
  std::int32_t line = 0;
  for (const Posting& posting : postings) {
    RowArrays::add({.tenant = tenant,
                    .transaction_id = transaction_id,
                    .step = step,
                    .line = ++line,
                    .posting = &posting,
                    .posted_at = posted_at});
  }
}

}  // namespace remit::ledger
