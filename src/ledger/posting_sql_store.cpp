#include "remit/ledger/posting_sql.hpp"
#include "remit/storage/array_parameter.hpp"

namespace remit::ledger {
namespace {

constexpr storage::Statement kInsert{"posting_insert", R"(
    INSERT INTO posting (tenant_id, transaction_id, step, line, kind, debit_account, credit_account,
                         amount, currency, posted_at)
    SELECT * FROM unnest($1::integer[], $2::uuid[], $3::bigint[], $4::integer[], $5::text[],
                         $6::text[], $7::text[], $8::bigint[], $9::text[], $10::timestamptz[]))"};

}  // namespace

void insert_movements(storage::Transaction& transaction, const std::vector<Movement>& movements) {
  storage::ArrayParameter tenants, ids, steps, lines, kinds, debits, credits, amounts, currencies,
      instants;
  for (const Movement& movement : movements) {
    std::int64_t line = 0;
    for (const Posting& posting : movement.postings) {
      tenants.add(std::int64_t{movement.tenant});
      ids.add(movement.transaction_id);
      steps.add(movement.step);
      lines.add(++line);
      kinds.add(posting.kind);
      debits.add(posting.debit_account);
      credits.add(posting.credit_account);
      amounts.add(posting.amount.minor);
      currencies.add(to_string(posting.amount.currency));
      instants.add(movement.posted_at);
    }
  }
  if (!movements.empty()) {
    transaction.execute(kInsert, tenants, ids, steps, lines, kinds, debits, credits, amounts,
                        currencies, instants);
  }
}

}  // namespace remit::ledger
