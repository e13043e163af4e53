// That the agreement can be missed: each invariant is broken behind the service's back, and the
// agreement has to say so.
#include "support/agreement.hpp"

#include "faults/fault_test.hpp"
#include "support/saga_queue.hpp"

namespace remit::test {
namespace {

class AgreementTest : public FaultTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) promises.push_back(client.charge(1990 + i));
    promises.push_back(client.convert());
    ASSERT_TRUE(await_no_open_work(database));
    ASSERT_EQ(in_lines(find()), "");
  }

  Disagreements find() { return find_disagreements({world, database, all, promises, {}}); }

  void expect_found(const std::string& words) {
    const std::string said = in_lines(find());
    EXPECT_NE(said.find(words), std::string::npos) << "not '" << words << "' but:\n" << said;
  }

  [[nodiscard]] std::string where(const Promise& promise) const {
    return " WHERE saga_id = '" + promise.payment_id + "'";
  }

  /// What follows from the row of a charge, as rows of its own.
  void write_down(const Promise& charge) {
    const std::string id = "'" + charge.payment_id + "'";
    sql("INSERT INTO posting SELECT * FROM charge_posting WHERE transaction_id = " + id);
    sql("INSERT INTO saga_transition SELECT * FROM payment_history WHERE payment_id = " + id);
    sql("UPDATE saga SET is_traced = true" + where(charge));
  }

  const RemitProcess remit{config};
  const std::vector<HttpApi> all = {remit.api()};
  const Addresses addresses{all};
  const RetryingClient client{addresses};
  std::vector<Promise> promises;
};

TEST_F(AgreementTest, SeesWhatIsWrongInTheBooks) {
  const Json entry = world.books("default").at("records").at(0);
  const HttpAnswer twice = world.api("fallback")
                               .post("/payments", {{"correlationId", entry.at("operation_id")},
                                                   {"amount", entry.at("amount")},
                                                   {"requestedAt", entry.at("requested_at")}});
  ASSERT_EQ(twice.status, 200) << twice.body;
  expect_found("is on the books 2 times");
  expect_found("fallback recorded 1 for");

  const Json transfer = world.books("swift-onramp").at("records").at(0);
  const std::string operation = fresh_uuid();
  Json order = {{"operation_id", operation}, {"direction", "onramp"}};
  for (const char* member : {"source_amount", "source_currency", "target_amount", "target_currency",
                             "account", "payment_id"}) {
    order[member] = transfer.at(member);
  }
  const HttpAnswer second =
      world.api("steady-onramp").post("/transfers", order, {{"Idempotency-Key", operation}});
  ASSERT_EQ(second.status, 202) << second.body;
  expect_found("with 1 pending");

  sql("UPDATE saga SET amount = amount + 1" + where(promises.back()));
  expect_found("became {");
  expect_found("the ledger took");

  const HttpAnswer purged =
      world.api("default").send("POST", "/admin/purge-payments", "", {{"X-Rinha-Token", "123"}});
  ASSERT_EQ(purged.status, 200) << purged.body;
  expect_found("on no processor's books");
}

TEST_F(AgreementTest, SeesWhatIsWrongInTheDatabase) {
  sql("DELETE FROM saga_transition" + where(promises.back()) +
      " AND to_status = 'ONRAMP_COMPLETE'");
  expect_found("history goes on from ONRAMP_COMPLETE while at ONRAMP_PENDING");

  sql("INSERT INTO posting SELECT bucket, tenant_id, transaction_id, step + 1, line, kind, "
      "debit_account, credit_account, amount, currency, posted_at FROM posting "
      "WHERE kind = 'payout'");
  expect_found("the ledger says");

  write_down(promises[0]);
  sql("INSERT INTO saga_transition SELECT bucket, tenant_id, saga_id, step + 1, 0, 'COMPLETED', "
      "'FAILED', '', at FROM saga_transition" +
      where(promises[0]) + " AND to_status = 'COMPLETED'");
  sql("UPDATE saga SET status = 'FAILED', shelf = 'FAILED'" + where(promises[0]));
  expect_found("left COMPLETED, which is final");
  expect_found("the ledger has kept");
  expect_found("ended FAILED");

  // Due in an hour: the service does not touch it, and it is no more than a trace.
  sql(with_queue("UPDATE saga SET lease_owner = saga_id, due_at = now() + interval '1 hour'" +
                 where(promises[1])));
  expect_found("final, with work or a lease left");
  sql("UPDATE saga SET status = 'PENDING', processed_at = NULL" + where(promises[2]));
  expect_found("still PENDING");
}

TEST_F(AgreementTest, SeesWhatFollowsFromARowAndIsWrittenDownAsWell) {
  sql("INSERT INTO posting SELECT * FROM charge_posting WHERE transaction_id = '" +
      promises[0].payment_id + "'");
  expect_found("the ledger took");
  sql("INSERT INTO saga_transition SELECT * FROM payment_history WHERE payment_id = '" +
      promises[1].payment_id + "'");
  expect_found("history goes on from PENDING while at PROCESSING");
}

TEST_F(AgreementTest, SeesWhatIsWrongInTheQueue) {
  const std::string entry =
      "INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id) "
      "SELECT bucket, kind, provider IS NOT NULL, due_at, tenant_id, "
      "saga_id FROM saga" +
      where(promises[0]);
  sql("UPDATE saga SET due_at = now() + interval '1 hour'" + where(promises[0]));
  const std::string missing = promises[0].payment_id + " is due and not queued";
  expect_found(missing);
  sql(entry);
  EXPECT_EQ(in_lines(find()).find("queue"), std::string::npos);
  // Nobody who looks for it would find it in its place.
  for (const char* change : {"routed = NOT routed", "due_at = due_at + interval '1 second'"}) {
    sql(std::string("UPDATE saga_queue SET ") + change);
    expect_found(missing);
    expect_found(promises[0].payment_id + " is queued and not due");
    sql("DELETE FROM saga_queue");
    sql(entry);
  }
  sql("UPDATE saga SET due_at = NULL" + where(promises[0]));
  expect_found(promises[0].payment_id + " is queued and not due");
}

TEST_F(AgreementTest, SeesWhatIsWrongWithAnswers) {
  sql("UPDATE idempotency_key SET body = body || ' '");
  expect_found("kept is");
  expect_found("and repeated:");
  sql("UPDATE idempotency_key SET resource_id = '" + promises[0].payment_id + "'");
  expect_found("and nobody asked for it");
  expect_found("was made without a key");
  // A repeat would make them again, and so is not sent.
  sql("DELETE FROM idempotency_key");
  sql("DELETE FROM saga" + where(promises[0]));
  const std::string said = in_lines(find_disagreements({world, database, {}, promises, {}}));
  EXPECT_NE(said.find("was answered and is not kept"), std::string::npos) << said;
  EXPECT_NE(said.find("was accepted and is lost"), std::string::npos) << said;
  EXPECT_NE(said.find("that nobody knows"), std::string::npos) << said;
}

}  // namespace
}  // namespace remit::test
