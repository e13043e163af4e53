#include "remit/ledger/posting_sql.hpp"

#include <array>

namespace remit::ledger {
namespace {

const std::string kInsertSql = insert_postings_sql(1, "true");
const storage::Statement kInsert{"posting_insert", kInsertSql.c_str()};

}  // namespace

std::string insert_postings_sql(int first, std::string_view condition) {
  static constexpr std::array<std::string_view, kPostingParameters> kTypes{
      "integer", "uuid", "bigint", "integer", "text",
      "text",    "text", "bigint", "text",    "timestamptz"};
  std::string arrays;
  for (const std::string_view type : kTypes) {
    arrays += arrays.empty() ? "$" : ", $";
    arrays += std::to_string(first++) + "::" + std::string(type) + "[]";
  }
  return R"(
    INSERT INTO posting (tenant_id, transaction_id, step, line, kind, debit_account, credit_account,
                         amount, currency, posted_at)
    SELECT * FROM unnest()" +
         arrays + R"()
      AS new (tenant_id, transaction_id, step, line, kind, debit_account, credit_account, amount,
              currency, posted_at)
    WHERE )" +
         std::string(condition);
}

void PostingArrays::add(TenantId tenant, const Uuid& transaction_id, std::int64_t step,
                        Timestamp posted_at, const std::vector<Posting>& postings) {
  std::int32_t line = 0;
  for (const Posting& posting : postings) {
    tenants.add(tenant);
    ids.add(transaction_id);
    steps.add(step);
    lines.add(++line);
    kinds.add(posting.kind);
    debits.add(posting.debit_account);
    credits.add(posting.credit_account);
    amounts.add(posting.amount.minor);
    currencies.add(to_string(posting.amount.currency));
    instants.add(posted_at);
  }
}

void insert_movements(storage::Transaction& transaction, const std::vector<Movement>& movements) {
  if (movements.empty()) return;
  PostingArrays p;
  for (const Movement& movement : movements) {
    p.add(movement.tenant, movement.transaction_id, movement.step, movement.posted_at,
          movement.postings);
  }
  transaction.execute(kInsert, p.tenants, p.ids, p.steps, p.lines, p.kinds, p.debits, p.credits,
                      p.amounts, p.currencies, p.instants);
}

}  // namespace remit::ledger
