#include "support/agreement_evidence.hpp"

#include "support/postgres.hpp"

namespace remit::test {
namespace {

Json rows(PostgresSession& session, const std::string& query) {
  const std::string text =
      session.query("SELECT coalesce(json_agg(found), '[]') FROM (" + query + ") AS found");
  return Json::parse(text);
}

void add_records(const SandboxProcess& world, const std::vector<std::string>& providers,
                 std::vector<BookRecord>& records) {
  for (const std::string& provider : providers) {
    const Json books = world.books(provider);
    for (const Json& entry : books.at("records")) records.push_back({provider, entry});
  }
}

}  // namespace

std::string SagaEvidence::text(const char* column) const {
  const Json& value = row.at(column);
  return value.is_null() ? "" : value.get<std::string>();
}

bool SagaEvidence::is_final() const {
  const std::string now = status();
  return now == "COMPLETED" || now == "FAILED" || now == "CANCELLED";
}

Evidence read_evidence(const SandboxProcess& world, const std::string& database) {
  Evidence evidence;
  PostgresSession session(database);
  session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  for (Json& row :
       rows(session,
            "SELECT s.saga_id, s.kind, s.status, s.version, s.amount, s.currency, s.provider, "
            "s.due_at, s.lease_owner, s.parked_reason, s.error_code, s.processed_at, "
            "s.legs::json AS legs, "
            "to_char(s.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') AS "
            "requested_at, c.payout_amount, c.payout_currency, q.payment_id AS quote_used_by, "
            "to_char(s.due_at - now(), 'HH24:MI:SS.MS') AS due_in "
            "FROM saga s LEFT JOIN conversion c ON c.payment_id = s.saga_id "
            "LEFT JOIN quote q ON q.quote_id = c.quote_id")) {
    const std::string id = row.at("saga_id");
    evidence.sagas[id].row = std::move(row);
  }
  for (Json& row : rows(session, "SELECT * FROM payment_history ORDER BY step, line")) {
    const std::string id = row.at("payment_id");
    const auto saga = evidence.sagas.find(id);
    if (saga != evidence.sagas.end()) saga->second.transitions.push_back(std::move(row));
  }
  for (Json& row : rows(session, "SELECT * FROM ledger_posting ORDER BY step, line")) {
    const std::string id = row.at("transaction_id");
    const auto saga = evidence.sagas.find(id);
    if (saga != evidence.sagas.end()) saga->second.postings.push_back(std::move(row));
  }
  // What one has and the other has not. A saga has one due time, so it has one entry; or it is
  // where it was stored, in a lease of several.
  for (Json& row :
       rows(session,
            "SELECT coalesce(q.saga_id, s.saga_id) AS saga_id, q.saga_id IS NULL AS is_missing "
            "FROM saga_work q FULL JOIN (SELECT * FROM saga WHERE due_at IS NOT NULL OR "
            "lease_owner IS NOT NULL) s "
            "ON s.bucket = q.bucket AND s.tenant_id = q.tenant_id AND s.saga_id = q.saga_id "
            "AND s.kind = q.kind AND coalesce(s.due_at, q.due_at) = q.due_at "
            "AND q.routed = (s.provider IS NOT NULL) "
            "WHERE q.saga_id IS NULL OR s.saga_id IS NULL")) {
    evidence.queue_faults.push_back(std::move(row));
  }
  for (Json& row : rows(session, "SELECT key, status, body, resource_id FROM idempotency_key")) {
    const std::string key = row.at("key");
    evidence.keys[key] = std::move(row);
  }
  add_records(world, kProcessors, evidence.charges);
  add_records(world, kRamps, evidence.transfers);
  return evidence;
}

}  // namespace remit::test
