// Checkpoints, receipts and `remitd ledger verify` of a running instance.
#include <gtest/gtest.h>

#include "ended_program.hpp"
#include "product_test.hpp"

namespace remit::test {
namespace {

class ReceiptTest : public ProductTest {
 protected:
  std::string post(const std::string& path, const Json& body) {
    const HttpAnswer made = remit_->api().post(path, body, {{"Idempotency-Key", fresh_key()}});
    EXPECT_EQ(made.status / 100, 2) << made.body;
    const Json answer = made.json();
    return answer.value(answer.contains("payment_id") ? "payment_id" : "id", "");
  }

  std::string send(std::int64_t amount) {
    return post("/transactions",
                {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", amount}});
  }

  Json receipt(const std::string& resource) {
    return remit_->api().get(resource + "/receipt").json();
  }
  bool is_proven(const std::string& resource) {
    return eventually([&] { return receipt(resource)["status"] == "proven"; });
  }

  void SetUp() override {
    start();
    post("/wallets", {{"user_id", "alice"}, {"currency", "USD"}, {"opening_balance", 1'000}});
    post("/wallets", {{"user_id", "bob"}, {"currency", "USD"}});
  }
  void start() {
    remit_ = std::make_unique<RemitProcess>(
        config,
        std::vector<std::string>{"ledger.checkpoint_interval=200ms", "engine.poll_interval=100ms"});
  }

  std::unique_ptr<RemitProcess> remit_;
};

TEST_F(ReceiptTest, TransactionsAndConversionsAreProven) {
  const std::string transaction = "/transactions/" + send(5);
  const std::string payment = "/payments/" + post("/payments", {{"amount", 100'000},
                                                                {"currency", "USD"},
                                                                {"source_account", "a-buyer"},
                                                                {"destination_account", "a-seller"},
                                                                {"destination_currency", "EUR"}});
  EXPECT_TRUE(is_proven(transaction));
  EXPECT_EQ(receipt(transaction)["postings"].size(), 1U);
  ASSERT_TRUE(
      eventually([&] { return remit_->api().get(payment).json()["status"] == "COMPLETED"; }));
  EXPECT_TRUE(is_proven(payment));
  EXPECT_GT(receipt(payment)["postings"].size(), 5U);
  const Json latest = remit_->api().get("/ledger/checkpoints/latest").json();
  const Json page = remit_->api().get("/ledger/checkpoints?limit=1").json();
  EXPECT_GE(page["data"][0]["checkpoint_id"], latest["checkpoint_id"]);
}

TEST_F(ReceiptTest, AChargeOnItsUsualWayHasNoProof) {
  const Json charge = {{"correlationId", "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3"},
                       {"amount", 19.90}};
  ASSERT_EQ(remit_->api().post("/payments", charge).status, 202);
  const std::string path = "/payments/4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";
  ASSERT_TRUE(eventually([&] { return remit_->api().get(path).json()["status"] == "COMPLETED"; }));
  EXPECT_EQ(receipt(path)["status"], "not_written");
}

TEST_F(ReceiptTest, CheckpointsGoOnAfterAKill) {
  const std::string first = "/transactions/" + send(5);
  EXPECT_TRUE(is_proven(first));
  const Json proof = receipt(first);
  send(6);
  remit_->process().kill();
  start();
  const std::string second = "/transactions/" + send(7);
  EXPECT_TRUE(is_proven(second));
  EXPECT_EQ(receipt(first), proof);
  const Ended verified = run_command({"ledger", "verify"}, config);
  EXPECT_EQ(verified.status, 0) << verified.output << verified.error;
  EXPECT_NE(verified.output.find("checkpoints fit, over 4 postings"), std::string::npos)
      << verified.output;
}

TEST_F(ReceiptTest, VerifyNamesWhatWasChanged) {
  const std::string path = "/transactions/" + send(5);
  EXPECT_TRUE(is_proven(path));
  const std::string posting = receipt(path)["postings"][0]["posting_id"];
  sql("ALTER TABLE wallet_posting DISABLE TRIGGER USER; UPDATE wallet_posting SET amount = 6 "
      "WHERE posting_id = " +
      posting + "; ALTER TABLE wallet_posting ENABLE TRIGGER USER");
  const Ended verified = run_command({"ledger", "verify"}, config);
  EXPECT_EQ(verified.status, 1);
  EXPECT_NE(verified.output.find("DOES NOT FIT: posting " + posting + " was changed"),
            std::string::npos)
      << verified.output;
  EXPECT_EQ(remit_->api().get(path + "/receipt").status, 500);
}

}  // namespace
}  // namespace remit::test
